"""Words whose bearers are well known: people, places and letters that are seldom the act of that name, or that are."""

GIVEN_NAMES = frozenset(
    """
    aaron adam adrian aidan alan albert alec alex alexander alexandra alice alison allan amanda amber amy ana andrea
    andrew andy angela anna anne annie anthony anton april arnold arthur ashley audrey barbara barry beatrice becky
    ben benjamin bernard beth betty bill billy blake bob bobby brad bradley brandon brenda brian bruce bryan calvin
    carl carla carlos carol caroline catherine cathy chad charles charlie charlotte cheryl chloe chris christian
    christina christine christopher cindy claire clara claude colin connor craig curtis cynthia daisy dale damien
    damon dan daniel danny darren dave david dawn dean debbie deborah denis dennis derek diana diane dominic don
    donald donna doris dorothy doug douglas duncan dylan ed eddie edgar edith edward eleanor elena eli elton
    elizabeth ella ellen elliot emily emma eric erica erik ethan eugene eva evan eve felix fiona frances frank fred
    gabe gabriel gareth gary gavin gemma george georgia gerald gerard gilbert gina glen glenn gloria gordon grace
    graham greg gregory guy hannah harold harriet harry harvey heather helen henry herbert holly howard hugh hugo
    ian irene iris isaac isabel ivan jack jackie jacob jake james jamie jan jane janet jared jason jasper jay jean
    jeff jeffrey jen jenna jennifer jenny jeremy jerome jerry jess jesse jessica jill jim jimmy joan joanna joe joel
    john johnny jon jonas jonathan jordan joseph josh joshua joyce juan judith judy julia julian julie justin karen
    karl kate katherine kathleen kathy katie keith kelly ken kenneth kenny kevin kim kirk kurt kyle larry laura
    lauren laurence leah lee lena leo leon leonard leslie lewis liam lily linda lisa liz louis louise lucas lucy
    luis luke lydia lynn madeleine malcolm marc marcus margaret maria marian marie marilyn marion mark martha martin
    marvin mary mason matt matthew maureen max maya megan mel melanie melissa michael michelle miguel mike miles
    miranda molly monica morgan nadia nancy naomi natalie natasha nathan neil nicholas nick nicola nicole nigel nina
    noah nora norman oliver olivia oscar owen pamela pat patricia patrick paul paula pedro penny pete peter petra
    phil philip phoebe rachel ralph randy ray raymond rebecca rex rhys richard rick ricky rita rob robert roberta
    robin rod roger roland ron ronald ronnie rosa rose rosie ross roy russell ruth ryan sally sam samantha samuel
    sandra sara sarah scott sean sebastian sergio shane shannon sharon sheila shirley sid simon sofia sonia sophia
    sophie stacey stan stanley stefan stella stephanie stephen steve steven stuart sue susan suzanne sylvia ted
    terence teresa terry theo theresa thomas tim timothy tina toby todd tom tommy tony tracy trevor ursula valerie
    valentine vanessa vera vernon veronica vic vicky victor victoria vincent viola violet virginia vivian walter wanda
    warren wayne wendy wesley will william yvonne zach zoe
    """.split()
)
"""Common given names of English texts: in an interview they are people, seldom the act of that name."""

PLACES = frozenset(
    """
    africa african alabama alaska albania algeria american amsterdam antarctica arabic argentina argentine arizona
    arkansas asia asian athens atlanta austin australia australian austria austrian bali baltimore bangkok barcelona
    beijing belfast belgian belgium berlin birmingham bolivia bosnian boston brazil brazilian brighton bristol
    britain british broadway brooklyn brussels budapest buffalo bulgaria cairo calgary california cambridge canada
    canadian cardiff catalan celtic chicago chile china chinese christian cincinnati cleveland colorado connecticut
    copenhagen croatian cuba cuban cyprus czech dallas danish delaware denmark denver detroit dubai dublin dutch
    eastern edinburgh egypt egyptian england english essex estonian ethiopia ethiopian europe european finland
    finnish florida france french gaelic georgia german germany ghana glasgow greece greek greenland hamburg harlem
    havana hawaii hebrew helsinki holland hollywood houston hungarian hungary iceland icelandic idaho illinois india
    indian indiana indianapolis indonesia indonesian iowa iran iranian iraq iraqi ireland irish israel israeli
    istanbul italian italy jakarta jamaica jamaican japan japanese java jersey jerusalem jewish jordan kansas kent
    kentucky kenya kenyan kiev korea korean kyoto latin lebanese leeds leicester lisbon liverpool london louisiana
    louisville luxembourg madrid maine mali malian malta manchester manhattan maryland massachusetts melbourne
    memphis mexican mexico miami michigan milan milwaukee minneapolis minnesota mississippi missouri montana
    montreal moroccan morocco moscow munich nashville nebraska nepal netherlands nevada newcastle nigeria nigerian
    northern norway norwegian nottingham oakland ohio oklahoma oregon orlando osaka oslo ottawa oxford pakistan
    panama paris pennsylvania persian perth peru peruvian philadelphia philippines phoenix pittsburgh poland polish
    portland portugal portuguese prague quebec queens reading roman romanian rome rotterdam russia russian
    sacramento savannah scandinavian scotland scottish seattle senegal seoul serbia serbian shanghai sheffield
    sicily singapore slovak somerset southern spain spanish stockholm sussex sweden swedish swiss switzerland sydney
    syria syrian taiwan tampa tennessee texas tokyo toledo toronto tucson tulsa tunisia turkey turkish uganda
    ukraine ukrainian utah vancouver venezuela venice vermont victorian vienna vietnam vietnamese virginia wales
    warsaw washington welsh western wisconsin wyoming yorkshire zurich
    """.split()
)
"""Countries, states and cities, and who or what comes from there: far more often spoken of than bands of that name."""

STATES = frozenset(
    """
    al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa
    ri sc sd tn tx ut vt va wa wv wi wy dc uk us usa eu
    """.split()
)
"""Letters that stand for a state or a country."""

ROLES = frozenset(
    """
    Singer Rapper Producer DJ Band Duo Trio Guitarist Frontman Frontwoman Songwriter Drummer Bassist Composer Vocalist
    Saxophonist Pianist Trumpeter Legend Legends Rockers Icon Icons Artist Group Act Review Album Interview Video Watch
    Listen Stream Premiere News Live Feat Featuring By With And Or But Like When While As If Since Because Though The
    January February March April May June July August September October November December Monday Tuesday Wednesday
    Thursday Friday Saturday Sunday
    """.split()
)
"""Capitalised words before a name that are no part of a longer one."""

FAMOUS = frozenset(
    """
    abba adele beatles beethoven beyonce blondie bono bowie cher coldplay coltrane d'angelo dio donovan elvis eminem
    gaga hendrix kanye kinks madonna metallica morrissey mozart nirvana ozzy pharrell radiohead rihanna robyn santana
    shakira tlc zeppelin
    """.split()
)
"""Words that are met often because of their bearer, and hardly otherwise."""

NAMESAKES = GIVEN_NAMES | PLACES
