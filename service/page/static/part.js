// A part of another page of ours. Its text was escaped by the server, and no script in it would run.
export async function part(address, selector, options = {}) {
  const answer = await fetch(address, options);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.querySelector(selector);
  if (!found) throw new Error(`${answer.status}: nothing is at ${selector}`);
  return document.adoptNode(found);
}
