"""Words that describe nobody, each list with its reason."""

GENERIC_NOUNS = frozenset(
    """
    line lines album albums band bands song songs track tracks record records release releases music sound sounds single
    singles ep lp artist artists musician musicians group groups act acts singer singers title titles tune tunes
    piece pieces work works material project projects number numbers show shows set sets performance audience fan
    fans listener listeners career label version versions member members line-up lineup debut discography recording
    recordings
    """.split()
)
"""Every text about music has them: alone they say only that it is about music. With a noun before it they can describe
("guitar line", "protest song")."""

VAGUE_NOUNS = frozenset(
    """
    time times year years way ways thing things lot lots bit day days one ones part parts kind kinds sort sorts
    people person man men woman women moment moments place places point points end ends start rest fact idea ideas
    reason side world life week weeks month months decade decades hour hours minute minutes second seconds today
    tonight night example result course case level amount couple pair dozen plenty everything anything something
    nothing someone everyone anyone nobody none other others half whole beginning middle name names word words list
    lists post posts page pages review reviews article articles link links comment comments blog site website
    newsletter read reader readers author writer email copy image photo video videos feature features news story
    interview stuff guy guys kid kids problem question answer matter sense hand turn top bottom effort attempt
    series range variety variation use return change issue choice success note order term terms form type types
    set-up date dates age minute-long mile anybody somebody percent per ages years-old fun thanks mine duty
    duties teenager teenagers enjoyment predecessor insight sponsor
    """.split()
)
"""They point at something without saying what it is like ("first time", "a lot", "last year")."""

VAGUE_ADJECTIVES = frozenset(
    """
    first second third last next new old other another many much few several more most less least own same such some
    any all both each every only very good great better best bad worse worst big small little long short high low
    full whole able available sure certain different various particular early earlier late later recent previous
    current final original main major minor entire single double total real true right wrong possible likely similar
    official due half top fourth fifth sixth seventh eighth ninth tenth nice fine enough free further future past
    present overall actual usual general special important necessary known well-known favorite such-and-such one two
    three 1st 2nd 3rd which that well aware willing ready obvious clear close common subsequent numerous latter
    former longtime mixed musical young easy difficult hard complete physical personal additional extra separate
    online live-only so-called self-titled eponymous brand-new upcoming forthcoming consecutive respective mere
    sheer
    interested sorry worth like unlike left unable excited motivated capable inclined absent aplenty dear proud pleased
    disappointed attentive ditty doctoral exact legal round cheap monthly weekly daily equal suitable private
    welcome ready familiar successful popular dead alive okay fellow total due glad afraid
    grateful lucky worthy keen surprised amazed interesting near far ongoing entitled named called based live
    male female married born older younger oldest youngest elder senior junior global international national local
    proportional
    """.split()
)
"""They place or count without describing ("new album", "first single", "numerous collaborations")."""

VERDICTS = frozenset(
    """
    amazing awesome awful brilliant decent excellent exceptional fabulous fantastic favourite impressive incredible
    interesting lovely magnificent marvellous marvelous outstanding perfect remarkable solid splendid stellar strong
    stunning super superb terrible terrific unique weak wonderful worthwhile worthy
    """.split()
)
"""They say that the writer liked it or not, which is said of everybody."""
