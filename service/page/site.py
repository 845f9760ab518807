"""All pages as one router, to be mounted beside the API."""

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from service.page import alike, corpus, entity, files, start
from service.page.errors import PageRoute

router = APIRouter(route_class=PageRoute)
for _part in (files, start, alike, corpus, entity):
    router.include_router(_part.router)


@router.get("/{nowhere}")
async def nothing(nowhere: str) -> Response:
    """Say that no page has an address of one part; longer ones are for the API to answer."""
    raise HTTPException(
        404, f"No page has the address /{nowhere[:100]}. Find an artist above, or begin at the first page."
    )
