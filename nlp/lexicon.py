"""Words that are made for describing music: what people look for when they ask what an artist is like.

The lists are short on purpose: they raise words, they admit none. A word may stand alone or within a phrase
("gauzy guitar", "post-punk revival").
"""

import itertools

from nlp.everyday import zipf
from nlp.junk import GENERIC_NOUNS

STYLES = frozenset(
    """
    acid-house acoustic afrobeat afrobeats alt-country alt-pop alt-rock alternative ambient americana anti-folk
    art-pop art-rock avant-garde avant-pop balearic ballad baroque-pop bebop big-band black-metal bluegrass blues
    boogie boom-bap bossa bossa-nova breakbeat breakcore britpop brostep calypso chamber-pop chillwave chiptune choral
    city-pop classical cloud-rap coldwave country country-rock crunk crust dance dance-punk dancehall dark-ambient
    darkwave death-metal deathcore deep-house disco djent doo-wop doom doom-metal downtempo dream-pop drill drone
    drum-and-bass dub dubstep edm electro electroclash electronic electronica electropop emo eurodance experimental
    fado flamenco folk folk-pop folk-rock folktronica footwork free-jazz freestyle funk funky fusion future-garage
    g-funk garage garage-rock glam glam-rock glitch gospel goth gothic grime grindcore grunge gypsy-jazz hard-bop
    hard-rock hardcore highlife hip-hop horrorcore house hyperpop idm indie indie-folk indie-pop indie-rock
    indietronica industrial instrumental italo italo-disco j-pop jam-band jangle jangle-pop jangly jazz jazz-fusion
    jungle k-pop kosmische krautrock latin library-music lo-fi lounge lullaby mambo mariachi math-rock mbaqanga
    medieval metal metalcore microhouse minimal minimal-techno minimalism minimalist modal motorik motown
    musique-concrete neo-classical neo-folk neo-psychedelia neo-soul new-age new-wave no-wave noise noise-pop
    noise-rock nu-disco nu-folk nu-jazz nu-metal opera orchestral outlaw-country paisley plunderphonics pop pop-punk
    post-bop post-dubstep post-hardcore post-metal post-punk post-rock power-pop prog prog-rock progressive proto-punk
    psych psych-folk psych-rock psychedelia psychedelic pub-rock punk punk-rock r&b ragga ragtime rap reggae reggaeton
    rock rockabilly rocksteady roots salsa samba screamo shoegaze shoegazer shoegazing singer-songwriter ska skiffle
    slacker slowcore sludge smooth-jazz soft-rock soul southern-rock space-rock spiritual-jazz spoken-word
    standards stoner surf swamp swing symphonic synth-pop synthwave tango tech-house techno thrash
    thrash-metal traditional trance trap trip-hop tropicalia turntablism twee uk-garage vaporwave video-game
    vocal-jazz waltz witch-house world-music yacht-rock zydeco
    """.split()
)
"""Genres and forms, and the adjectives made of them."""

MOODS = frozenset(
    """
    abrasive aching aggressive alienated angry angst angsty anguished anthemic anxious apocalyptic austere autumnal
    beautiful beguiling bewitching bitter bittersweet bleak blissful blue bold bombastic bouncy brash breathless
    brittle brooding calm carefree cathartic caustic celebratory cerebral charming cheerful chilling chilly
    claustrophobic cold comforting confessional confident confrontational contemplative cool cosy cozy creepy dark
    deadpan defiant delicate delirious desolate desperate detached devastating devotional disorienting disturbing
    dramatic dreamlike dreamy dreary driving eccentric ecstatic eerie elated elegant elegiac emotional emotive
    enchanting energetic enigmatic epic erotic esoteric ethereal euphoric exhilarating exuberant fatalistic feral
    ferocious fierce fiery foreboding forlorn fragile frantic frenetic frenzied fun-loving funereal furious gentle
    ghostly giddy gleeful gloomy glorious gorgeous graceful grief grief-stricken grim happy harrowing haunted haunting
    heartbreaking heartbroken heartfelt heavenly heroic honest hopeful hopeless humorous hushed hymnal hypnotic icy
    immersive impassioned insular intense intimate introspective ironic irreverent jaunty jovial joyful joyous
    jubilant languid lazy lethargic light-hearted loneliness lonely lonesome longing lovelorn loving luminous lush
    macabre majestic manic meditative melancholic melancholy mellow melodramatic menace menacing mesmerising
    mesmerizing miserable moody morbid mournful moving murky mysterious mystical mythic naive nervous nervy nihilistic
    nocturnal nostalgia nostalgic ominous optimistic otherworldly overwhelming pained paranoia paranoid passionate
    pastoral peaceful pensive pessimistic plaintive playful poetic poignant poised political powerful primal profound
    provocative quiet quirky rage rapturous raucous raw rebellious reckless reflective regal regretful relaxed
    relaxing resigned resilient restless restrained reverent romantic rousing rowdy sad sadness sarcastic sardonic
    savage seductive sensual sensuous sentimental serene sexy shy silly sinister sleazy sleepy slinky smouldering
    sober solemn solitary solitude somber sombre soothing sorrow sorrowful soulful spacious spectral spiritual spooky
    stark stately stirring stoic strange strident sublime suffocating sultry summery sunny surreal swaggering sweet
    swooning tender tenderness tense tension terrifying theatrical thoughtful thrilling timeless tired tormented
    tragic tranquil triumphant troubled turbulent uncompromising unease uneasy unhinged unsettling uplifting urgency
    urgent vengeful vibrant vicious violent volatile vulnerability vulnerable warm warmth weary whimsical wicked wild
    wintry wistful witty woozy world-weary wry yearning youthful
    """.split()
)
"""What it feels like."""

SOUNDS = frozenset(
    """
    airy amplified angular arpeggiated arpeggio atmosphere atmospheric atonal bassy beat-driven beatless blistering
    blown-out blurred booming breathy bright buzzing catchy cavernous chiming choppy chugging cinematic clattering
    clean clipped complex controlled cosmic crackle crackling crashing crisp crunchy crystalline dazzling deafening
    deep dense detuned discordant dissonance dissonant distorted distortion droney droning dry dusty dynamic earthy
    echo echoing elastic electric enveloping expansive explosive falsetto feedback filmic flickering fluid fractured
    freeform fuzz fuzzy galloping gauzy glacial gleaming glistening glitchy glittering glossy gnarled grainy granular
    gravelly gritty groove groovy guttural harmonic harmonious harmony harsh haze hazy heavy hiss hissing hook-laden
    hooky humming husky improvisation improvisational improvised infectious intricate jagged jarring layered leaden
    limber liquid loop looped looping loose loud low-key lurching melodic melodious melody metallic metronomic
    microtonal minor-key modular monotone monumental muffled multi-layered murmuring muscular muted nasal nimble noisy
    off-kilter ornamented ornate overdriven panoramic percussive pitch-shifted pitched plucked plush polished
    polyrhythm polyrhythmic pounding pristine processed propulsive psychedelic pulsating pulse pulsing punchy rasping
    raspy reedy relentless resonant reverb reverb-drenched reverberant reversed rhythmic riff riff-heavy roaring
    robotic rolling rough rubbery rumbling rushing rustic rusty sample sample-based sampled saturated scratchy scuzzy
    searing sepia shambolic sharp shimmer shimmering shiny shrill shuffling silken silky simmering skeletal skittering
    sleek slick slow slow-burning slow-motion sludgy smoky smooth smudged snarling soaring soft soft-focus sonic
    sparkling sparse sprawling squalling squelchy stabbing staccato static steady stuttering submerged subtle supple
    surging swaying sweeping swelling swirl swirling syncopated syncopation synthetic tactile taut textural texture
    textured thick throaty throbbing thumping thunderous tight tinny towering translucent trebly tremolo tribal
    tuneful twangy twinkling unadorned understated underwater unpolished velvet velvety vocal warbling warped
    washed-out washes watery weightless whirring whispered whispering whispery widescreen wiry wobbly
    """.split()
)
"""What it sounds like."""

INSTRUMENTS = frozenset(
    """
    808 accordion arpeggiator autoharp bagpipe banjo baritone bass bassline bassoon bongo bouzouki brass breakbeat
    bugle castanet celesta cello chime choir clarinet clavinet cymbal delay double-bass drum drum-machine drums
    dulcimer fiddle field-recording flute french-horn glockenspiel gong guitar guitarwork hammond handclap harmonica
    harmonium harp harpsichord horn kazoo kick-drum kora lap-steel lute mandolin marimba mellotron moog oboe organ
    pedal-steel percussion piano piccolo recorder rhodes sampler sax saxophone sitar slide-guitar snare soprano
    steel-guitar string strings synth synthesiser synthesizer tabla tambourine tape tape-loop tenor theremin timpani
    trombone trumpet tuba turntable ukulele upright-bass vibraphone viola violin vocoder voice woodwind wurlitzer
    xylophone zither
    """.split()
)
"""What it is played on."""

DESCRIPTIVE = STYLES | MOODS | SOUNDS | INSTRUMENTS

PARTS = frozenset(
    """
    aesthetic anthem arrangement backdrop background beat bridge build-up cadence chant chop chord chords chorus coda
    composer composition counterpoint crescendo finale fingerpicking flourish flow ensemble hook hooks hymn
    instrumentation interlude interplay intro jam key landscape lick licks lyric lyricism lyricist lyrics measure mix
    motif movement musicianship note-bending ode orchestra orchestration outro overdub overture passage pedal phrasing
    picking player playing production progression quartet quintet refrain rendition rhyme rhymes rhythm rhythms scale
    score sequence sequencer signature sing-along solo songbook songcraft songwriter songwriting soundscape soundtrack
    storytelling strum strumming suite tempo theme timbre time-signature tone tones trio verse vibe vocalist vocals
    wail wall
    """.split()
)
"""What music is made of, and who makes it. Alone they say little ("a chord"), but what stands before them does."""

_ALWAYS = STYLES | INSTRUMENTS
_ABOUT_MUSIC = DESCRIPTIVE | PARTS | GENERIC_NOUNS


_WRITTEN_AS_ONE = {term.replace("-", ""): term for term in STYLES if "-" in term}


def canonical(term: str) -> str:
    """Return a term with the words of the lists in their one spelling: "post punk" and "postpunk" are "post-punk"."""
    words: list[str] = []
    for word in term.split():
        if words and f"{words[-1]}-{word}" in DESCRIPTIVE:
            words[-1] = f"{words[-1]}-{word}"
        else:
            words.append(_WRITTEN_AS_ONE.get(word, word))
    return " ".join(words)


def is_descriptive(term: str) -> bool:
    """Say whether a term describes music: a word made for it, or a phrase with one.

    A style or an instrument makes any phrase such ("gauzy guitar"), another word only one about a part of music ("slow
    chorus", but not "slow improvement"). One with a word that nobody else uses ("peddal-steel guitar") is none. A blank
    stands for a hyphen as well.
    """
    words = term.split()
    made_for_it = DESCRIPTIVE if words[-1] in _ABOUT_MUSIC else _ALWAYS
    pairs = (f"{first}-{second}" for first, second in itertools.pairwise(words))
    if made_for_it.isdisjoint(words) and DESCRIPTIVE.isdisjoint(pairs):
        return False
    return all(word in DESCRIPTIVE or zipf(word) for word in words)
