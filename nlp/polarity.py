"""How something was said: with praise, with blame, or plainly."""

# ruff: noqa: SIM905  # lists of words read better as text

from nlp.negation import denied
from nlp.words import Words

PRAISE = frozenset(
    """
    accomplished admirable adore amazing arresting astonishing astounding awesome beautiful beautifully beguiling
    best breathtaking brilliance brilliant brilliantly captivating charming compelling crackling delight delightful
    delightfully effortless enchanting enjoy enjoyable enthralling essential excel excellent exceptional exciting
    exhilarating exquisite exquisitely fabulous fantastic fascinating favorite favourite fine flawless flawlessly
    genius glorious gloriously gorgeous gorgeously great greatest gripping highlight immaculate impeccable impress
    impressive incredible incredibly infectious ingenious inspired inspiring inventive irresistible joy joyous love
    loveliest lovely magical magnificent marvel marvellous marvelous masterful masterfully masterpiece masterwork
    memorable mesmerising mesmerizing must-have outstanding perfect perfection perfectly phenomenal pleasure
    poignant refreshing remarkable remarkably rewarding rivet riveting sensational shine sparkling spectacular
    spellbinding splendid standout stellar striking stunner stunning stunningly sublime superb superbly superlative
    terrific thrilling timeless transcendent treasure treat triumph triumphant unforgettable unique vital winning
    wonderful wonderfully wondrous worthwhile worthy
    """.split()
)
"""Words of a writer who liked it."""
BLAME = frozenset(
    """
    abysmal annoying appalling atrocious awful awkward bad badly banal bland bloated bore bored boredom boring
    cheesy cliché clichéd clumsy contrived cringe cringeworthy derivative dire disappoint disappointing
    disappointingly disappointment dreadful dreary dull embarrassing fail failure fatuous filler flat flawed forced
    forgettable formulaic generic grating hackneyed half-baked horrible horrid inane insipid irritating laboured
    lackluster lacklustre lame lazy lifeless limp mediocre mediocrity mess messy middling misfire misguided
    mishandled misjudged monotonous muddled mundane overblown overcooked overlong overproduced overrated pedestrian
    plodding pointless poor poorly predictable pretentious regrettable ridiculous rote shallow shame shoddy sloppy
    soulless stale stilted stodgy subpar tedious tepid terrible tiresome tiring trite turgid unbearable undercooked
    underwhelming uneven unfortunate unfortunately uninspired uninspiring unlistenable unmemorable unoriginal vapid
    weak weaker weakest woeful worse worst worthless wretched
    """.split()
)
"""Words of a writer who did not."""


def polarity(sentence: Words) -> float:
    """Return how a sentence speaks, in [-1, 1]: praise less blame, by both; 0 where there is neither.

    A word that is denied counts for the other side ("not bad").
    """
    turned = denied(sentence)
    praise = blame = 0
    for position, word in enumerate(sentence):
        is_praise, is_blame = (not words.isdisjoint((word.text, word.lemma)) for words in (PRAISE, BLAME))
        if is_praise != is_blame:
            praise += is_praise != (position in turned)
            blame += is_blame != (position in turned)
    return (praise - blame) / (praise + blame) if praise + blame else 0.0
