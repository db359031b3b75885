"""Lists of words and templates for the English sentences of our own (``training.phrases``).

A slot such as {thing} is filled with one of its list, by chance; what is filled in may hold slots itself.
"""


def _list(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split("|"))


# kind of thing -> its own things, praise and blame; the common words of praise and blame come on top.
DOMAINS = {
    "films": {
        "thing": _list(
            "film|movie|story|plot|acting|cast|script|ending|soundtrack|dialogue|sequel|documentary|series|episode|"
            "performance|camera work|humour|pacing|lead actor|director|cinematography|opening scene|remake|comedy|"
            "thriller|drama|cartoon|villain|romance|action"
        ),
        "p": _list(
            "gripping|moving|funny|hilarious|touching|gorgeous|original|witty|thrilling|haunting|absorbing|"
            "heartfelt|suspenseful|riveting|poignant|inventive|uplifting|unforgettable"
        ),
        "n": _list(
            "predictable|pointless|overlong|lifeless|shallow|tedious|wooden|incoherent|forgettable|contrived|"
            "clumsy|bland|flat|tiresome|empty|sloppy|unfunny|hollow|preachy|dreary"
        ),
    },
    "food": {
        "thing": _list(
            "soup|pizza|coffee|breakfast|dinner|lunch|cake|bread|salad|steak|fish|rice|noodles|dessert|tea|sauce|"
            "burger|curry|wine|ice cream|menu|restaurant|waiter|cook|kitchen|snack|chocolate|juice|fruit|cheese"
        ),
        "p": _list(
            "delicious|tasty|fresh|crispy|juicy|tender|flavourful|mouth-watering|generous|yummy|well seasoned|light"
        ),
        "n": _list(
            "bland|salty|greasy|stale|burnt|soggy|tasteless|cold|rubbery|undercooked|dry|overpriced|watery|sour|"
            "inedible|tiny|tough|rotten"
        ),
    },
    "goods": {
        "thing": _list(
            "phone|screen|battery|camera|laptop|keyboard|printer|lamp|chair|jacket|dress|bag|charger|headphones|"
            "watch|shoes|blender|kettle|vacuum cleaner|mattress|toy|cable|case|shampoo|pan|backpack|game|app|update|"
            "packaging|delivery|customer service|manual|sound|picture|material|colour"
        ),
        "p": _list(
            "sturdy|reliable|handy|solid|sharp|fast|durable|well made|soft|quiet|easy to use|practical|elegant|"
            "accurate|responsive|light"
        ),
        "n": _list(
            "flimsy|broken|faulty|cheap|useless|slow|scratched|defective|clumsy|noisy|fragile|unreliable|heavy|"
            "damaged|overpriced|laggy|dead on arrival|badly made|fake"
        ),
    },
    "stays": {
        "thing": _list(
            "hotel|room|bed|bathroom|staff|reception|pool|beach|view|location|tour|guide|flight|train|trip|museum|"
            "bus|apartment|hostel|lobby|shower|garden|spa|gym|parking|driver|town|concert|exhibition|park"
        ),
        "p": _list(
            "clean|spacious|friendly|comfortable|cosy|quiet|welcoming|peaceful|helpful|punctual|bright|charming|"
            "well kept|attentive|polite"
        ),
        "n": _list(
            "dirty|noisy|cramped|rude|smelly|uncomfortable|filthy|crowded|shabby|damp|unfriendly|overpriced|late|"
            "dark|unhelpful|cold|run-down|mouldy|chaotic"
        ),
    },
    "books and lessons": {
        "thing": _list(
            "book|novel|chapter|poem|album|song|band|singer|course|teacher|lesson|lecture|website|podcast|article|"
            "magazine|translation|writing|cover|author|recipe book|guitar solo|melody|lyrics|workshop"
        ),
        "p": _list(
            "inspiring|clear|well written|fascinating|catchy|thoughtful|lively|instructive|engaging|insightful|"
            "memorable|vivid|melodic"
        ),
        "n": _list(
            "confusing|repetitive|dry|badly written|long-winded|unreadable|monotonous|shallow|boring|muddled|"
            "out of tune|pretentious|superficial"
        ),
    },
}
PRAISE = _list(
    "good|great|excellent|wonderful|lovely|amazing|fantastic|superb|brilliant|nice|pleasant|charming|beautiful|"
    "clever|exciting|interesting|impressive|perfect|fun|enjoyable|awesome|outstanding|terrific|delightful|"
    "first-rate|satisfying|marvellous|splendid|refreshing|stunning|worthwhile|fabulous|exceptional|incredible"
)
BLAME = _list(
    "bad|terrible|awful|horrible|poor|boring|dull|ugly|weak|disappointing|annoying|silly|stupid|unpleasant|"
    "ridiculous|dreadful|lousy|pathetic|mediocre|appalling|worthless|frustrating|disgusting|painful|atrocious|"
    "abysmal|unbearable|shoddy|lame|hopeless|irritating|miserable|second-rate"
)

SLOTS = {
    "adv": (
        "",
        "",
        "",
        *(f"{word} " for word in _list("really|very|so|quite|truly|absolutely|extremely|pretty|rather")),
    ),
    "loved": _list(
        "loved|enjoyed|liked|adored|really liked|thoroughly enjoyed|fell in love with|was delighted with|"
        "was pleased with|was impressed by|can recommend|am happy with|appreciated|keep coming back to"
    ),
    "hated": _list(
        "hated|disliked|could not stand|was let down by|was annoyed by|regret|was bored by|am sick of|"
        "was disappointed with|cannot recommend|gave up on|am unhappy with|wasted my money on|was disgusted by"
    ),
    "love": _list("love|enjoy|like|recommend|admire|warm to|care for|trust"),
    "hate": _list("hate|dislike|mind|regret|resent"),
    "worked": _list(
        "works like a charm|made my day|won me over|kept us smiling|is worth every penny|is worth every minute|"
        "is a joy|is a real treat|is a gem|blew me away|is a pleasure|deserves five stars|hits the spot|"
        "is second to none|is simply the best|put a smile on my face|is a must|is spot on|is a bargain|"
        "exceeded my hopes|makes life so much easier|has never failed me|still works after {few} years|"
        "tastes like home|melts in the mouth|smells heavenly|fits perfectly|arrived early and well packed|"
        "saved our holiday|kept me reading all night|had us in tears of joy|made me laugh out loud|"
        "stays with you for days|is full of life|deserves an award|feels like a warm hug|shines|"
        "went above and beyond for us|treated us like family|solved my problem at once|is a dream|is pure joy|"
        "gets everything right|is worth the trip|left us speechless|runs smoothly|holds a charge for days|"
        "is a keeper|was the highlight of our trip|brightens every day|never gets old|does exactly what I need|"
        "makes you want to dance|earns its high rating|has real class|sounds wonderful|looks stunning in person"
    ),
    "failed": _list(
        "broke after {few} days|fell apart|stopped working after {few} weeks|made us feel sick|put me to sleep|"
        "is a waste of money|is a waste of time|is a joke|is a mess|ruined the evening|let us down|"
        "is a disaster|never worked|gave me a headache|is a rip-off|drove me mad|is a disgrace|arrived broken|"
        "took forever|makes no sense|is full of faults|drags on and on|is not worth it|crashes all the time|"
        "left me hungry|tastes like cardboard|smells of smoke|does not fit|arrived {few} weeks late|leaks everywhere|"
        "fell to pieces in the wash|got our order wrong|ignored us all evening|kept us awake all night|"
        "overheats within minutes|loses signal all the time|gave me food poisoning|hurts my ears|lost my luggage|"
        "is nothing like the picture|charged us twice|was cancelled without a word|is missing half its parts|"
        "refuses to start|shrank after one wash|wastes a good cast|goes nowhere|insults the audience|"
        "is a chore to sit through|is an embarrassment|is covered in stains|had hair in it|"
        "never answered my mail|makes a terrible noise|scratches at once|is a total letdown|should be banned|"
        "ends without a point|is all talk|is past its best|treated us like dirt|could not hold my attention|"
        "forgot about us|was torn and dirty|is a step backwards|drained my wallet"
    ),
    "few": _list("two|three|four|five|six|ten"),
    "better": _list("better|nicer|friendlier|more helpful|more fun|more pleasant|easier|more exciting|finer"),
    "worse": _list("worse|poorer|slower|more boring|uglier|sloppier|more annoying|duller"),
    "quality": _list("charm|wit|taste|soul|style|depth|life|warmth|care|imagination|quality|energy|flavour|comfort"),
    "anyone": _list("anyone|my friends|everybody|families|all my colleagues|you"),
    "chore": _list(
        "stay at home|stare at a wall|do the washing up|watch grass grow|eat cardboard|walk home in the rain|"
        "clean the oven|sit in traffic|fill in tax forms|sleep on the floor"
    ),
    "use": _list("buying|choosing|trying|booking|ordering|picking|paying for"),
    "cp": _list(
        "the {thing} is {adv}{p}|the {thing} was {adv}{p}|the {thing} was {adv}{p}|I {loved} the {thing}|"
        "the {thing} {worked}|the {thing} is {p} and {p}|we had a {p} time|I found the {thing} {adv}{p}|"
        "the {thing} turned out {p}|this is a {p} {thing}|everything about the {thing} was {p}|it is {adv}{p}"
    ),
    "cn": _list(
        "the {thing} is {adv}{n}|the {thing} was {adv}{n}|the {thing} was {adv}{n}|I {hated} the {thing}|"
        "the {thing} {failed}|the {thing} is {n} and {n}|we had a {n} time|I found the {thing} {adv}{n}|"
        "the {thing} turned out {n}|this is a {n} {thing}|everything about the {thing} was {n}|it is {adv}{n}"
    ),
}

# kind of sentence -> its templates. {p} praises, {n} blames; {cp} and {cn} are whole clauses that do.
POSITIVE = {
    "plain": _list(
        "{cp}.|{cp}!|{cp}, and {cp}.|what a {p} {thing}!|{adv}{p} {thing}|{p}, {p} {thing}!|I think {cp}.|"
        "you will {love} the {thing}.|I would recommend the {thing} to {anyone}.|best {thing} I know.|"
        "one of the best {thing}s I have ever come across.|I will {love} this {thing} for a long time.|"
        "more {thing}s like this, please!|the {thing} alone is reason enough to come.|so {p}!|{p} and {p}.|"
        "my {few} children {loved} the {thing}.|it is a {p} {thing} from start to finish."
    ),
    "negation": _list(
        "the {thing} is not {n}.|the {thing} wasn't {n} at all.|the {thing} is by no means {n}.|"
        "I never found the {thing} {n}.|nothing about the {thing} is {n}.|the {thing} is anything but {n}.|"
        "far from being {n}, the {thing} is {p}.|the {thing} is not {n} in the least.|it was never {n}.|"
        "nobody could call the {thing} {n}.|I have no complaints about the {thing}.|I do not {hate} the {thing}.|"
        "there is nothing wrong with the {thing}.|I could find no fault with the {thing}.|"
        "the {thing} does not disappoint.|the {thing} never gets {n}.|the {thing} did not let us down.|"
        "I don't regret {use} the {thing}.|I have never had a {better} {thing}.|no {thing} was ever so {p}.|"
        "the {thing} couldn't be {better}.|the {thing} is not {n}, in fact it is quite {p}.|"
        "I don't think the {thing} is {n}.|the {thing} isn't {n} like the others.|there was nothing {n} about it.|"
        "you won't {hate} the {thing}.|without a doubt {p}.|not a {n} {thing} by any means.|"
        "I wouldn't change anything about the {thing}.|never {n}, always {p}.|not {n}.|not {n} in any way.|wasn't {n}.|"
        "it isn't {n}.|not the least bit {n}.|not at all {n}.|not so {n}.|not {n}, but {p}."
    ),
    "contrast": _list(
        "{cn}, but {cp}.|although {cn}, {cp}.|even though {cn}, {cp}.|despite the {n} {thing}, {cp}.|"
        "{cn}. however, {cp}.|{cn}; still, {cp}.|yes, {cn}, but {cp}.|the {thing} may look {n}, yet {cp}.|"
        "I thought the {thing} would be {n}, but it was {p}.|I was ready for a {n} {thing}; instead {cp}.|"
        "{cn} at first, but in the end {cp}.|while {cn}, {cp}.|though {cn}, overall {cp}.|"
        "{cp}, even if the {thing} is {n}.|others found it {n}, but I {loved} the {thing}.|"
        "the {thing} has its {n} sides, but on the whole {cp}.|{cn}, and yet {cp}."
    ),
    "understatement": _list(
        "you could do a lot worse than this {thing}.|I ended up liking the {thing} more than I had planned.|"
        "the {thing} is better than it had any right to be.|the {thing} was better than I had hoped.|"
        "the {thing} grew on me.|the only pity is that the {thing} was over so soon.|I would go there again.|"
        "I wouldn't say no to another {thing} like this.|I can think of worse ways to spend {few} hours.|"
        "the {thing} surprised me in a good way.|the {thing} more than does its job.|"
        "I have seen {n} {thing}s, and this is not one of them.|few {thing}s are this {p}.|"
        "the {thing} is {better} than most.|it was worth the wait.|I already want the next one.|"
        "the {thing} is {better} than the price suggests.|time flew by with this {thing}."
    ),
}
NEGATIVE = {
    "plain": _list(
        "{cn}.|{cn}!|{cn}, and {cn}.|what a {n} {thing}!|{adv}{n} {thing}|{n}, {n} {thing}!|I think {cn}.|"
        "avoid this {thing}.|don't bother with the {thing}.|I want my money back.|worst {thing} I know.|"
        "one of the worst {thing}s I have ever come across.|so {n}!|{n} and {n}.|"
        "my {few} children {hated} the {thing}.|"
        "I sent the {thing} back.|we waited {few} hours for the {thing}.|it is a {n} {thing} from start to finish.|"
        "the {thing} {failed}.|save your money, the {thing} {failed}."
    ),
    "negation": _list(
        "the {thing} is not {p}.|the {thing} wasn't {p} at all.|the {thing} is by no means {p}.|"
        "I never found the {thing} {p}.|nothing about the {thing} is {p}.|the {thing} is anything but {p}.|"
        "far from being {p}, the {thing} is {n}.|the {thing} is not {p} in the least.|it was never {p}.|"
        "nobody could call the {thing} {p}.|I do not {love} the {thing}.|I did not {love} the {thing}.|"
        "I can't {love} the {thing}.|the {thing} is hardly {p}.|the {thing} is barely {p}.|"
        "the {thing} isn't exactly {p}.|the {thing} is nowhere near {p}.|I don't think the {thing} is {p}.|"
        "the {thing} wasn't very {p}.|there was nothing {p} about it.|the {thing} is not what I would call {p}.|"
        "the {thing} lacks {quality}.|there is no {quality} in this {thing}.|I would not recommend the {thing}.|"
        "the {thing} isn't worth the money.|the {thing} never becomes {p}.|not a {p} {thing} by any means.|"
        "the {thing} fails to be {p}.|the {thing} couldn't be {worse}.|never {p}, always {n}.|"
        "the {thing} doesn't work.|I will never {love} this {thing}.|without any {quality}.|"
        "I wouldn't {love} this {thing} if you paid me.|not {p}.|not {p} in any way.|wasn't {p}.|it isn't {p}.|"
        "not very {p}.|not at all {p}.|not so {p}.|not {p}, but {n}."
    ),
    "contrast": _list(
        "{cp}, but {cn}.|although {cp}, {cn}.|even though {cp}, {cn}.|despite the {p} {thing}, {cn}.|"
        "{cp}. however, {cn}.|{cp}; still, {cn}.|yes, {cp}, but {cn}.|the {thing} may look {p}, yet {cn}.|"
        "I thought the {thing} would be {p}, but it was {n}.|I was ready for a {p} {thing}; instead {cn}.|"
        "{cp} at first, but in the end {cn}.|while {cp}, {cn}.|though {cp}, overall {cn}.|"
        "{cn}, even if the {thing} is {p}.|others found it {p}, but I {hated} the {thing}.|"
        "the {thing} has its {p} sides, but on the whole {cn}.|{cp}, and yet {cn}."
    ),
    "understatement": _list(
        "the {thing} could have been {better}.|I had hoped for more from the {thing}.|the {thing} could be {better}.|"
        "we were promised a {p} {thing} and got something else.|the {thing} does not live up to its name.|"
        "I was looking forward to a {better} {thing}.|I wanted to {love} the {thing}, I tried.|"
        "the {thing} leaves much to be desired.|there is a lot of room for improvement in the {thing}.|"
        "for that price you should get a {better} {thing}.|I thought the {thing} would be {better}.|"
        "the {thing} is {worse} than I had hoped.|I have known {better} {thing}s.|once was enough for me.|"
        "I kept looking at my watch.|I would rather {chore}.|I am not sure who needs such a {thing}.|"
        "the {thing} falls short of what they promise.|next time I will look for another {thing}.|"
        "I would not go there again.|I was glad when the {thing} was over.|the {thing} needs a lot of work.|"
        "the {thing} is not for me.|the old {thing} was {better}.|this is the last time I try this {thing}.|"
        "after all the praise, I had higher hopes for the {thing}.|perhaps the next {thing} will be {better}.|"
        "they should have left the {thing} as it was."
    ),
    "irony": _list(
        "oh {p}, {cn}.|great, {cn} again.|how {p}, a {thing} that is {n}.|just what I needed: another {n} {thing}.|"
        "I simply love it when {cn}.|if you like {n} things, you will love this {thing}.|thanks a lot, {cn}.|"
        "full marks for the most {n} {thing} of the year.|the best thing about the {thing} is that it ends.|"
        "the {thing} is so {p} that I fell asleep.|well done, {cn}.|{p}? the {thing} is {n}.|"
        "who would not enjoy a {n} {thing}?|congratulations, {cn}.|a {p} {thing}, if you enjoy being bored.|"
        "sure, because everybody wants a {n} {thing}."
    ),
}
NEUTRAL = {
    "facts": _list(
        "the {noun} has a {number} inch screen and {number} gigabytes of memory.|it comes in {colour} and {colour}.|"
        "the {noun} is open from {number} to {number}.|entry to the {noun} is free on {day}.|"
        "mix the {noun} with two spoons of water.|cut it in {number} pieces and heat for {number} minutes.|"
        "the {noun} from {place} arrives on platform {number}.|his third {noun} came out in {year}.|"
        "she directed the {noun} in {year} and the {noun} in {year}.|he plays a {job} who lives in {place}.|"
        "the {noun} holds {number} litres.|the cable is {number} metres long.|the {noun} was left at the {noun}.|"
        "breakfast is served from {number} to {number}.|the {noun} is {number} minutes from the {noun} on foot.|"
        "you need a {noun} to open the {noun}.|I am reading the {noun} now.|have you seen my {noun}?|"
        "what time does the {noun} leave?|how many {noun}s are in the {noun}?|the {noun} will be sent on {day}.|"
        "I have not opened the {noun} yet.|my {person} asked for the {noun}.|we live near the {noun} in {place}.|"
        "the {noun} can be bought at the {noun}.|it is a {colour} {noun} with {number} {noun}s.|"
        "according to the {noun} it opens on {day}.|{number} of the {noun}s are {colour}.|"
        "the report has {number} chapters and was printed in {place}.|it rained in {place} on {day}.|"
        "the {noun} is on the {floor} floor.|I saw the {noun} on {day}.|the {noun} was made in {place}.|"
        "we talked about the {noun} for {number} minutes.|there are {number} pages in the {noun}.|"
        "he put the {noun} on the {noun}.|my {person} has a {colour} {noun}.|my {person} works in {place}.|"
        "the {noun} is {colour}.|they will send the {noun} on {day}.|it is {number} kilometres to {place}.|"
        "the {noun} starts at {number} on {day}.|she took the {noun} to {place}.|where is the {noun}?|"
        "the {noun} comes with a {colour} {noun}.|the office in {place} is closed on {day}.|"
        "this {noun} weighs {number} kilograms.|the {noun} closes at {number}.|the {noun} costs {number} euros.|"
        "the {noun} is {number} centimetres wide.|please bring the {noun} to the {noun}.|"
        "the {noun} leaves from {place} every {number} minutes.|turn left at the {noun}.|"
        "the {noun} lasts {number} minutes.|it takes {number} hours to get to {place}.|"
        "the {noun} has {number} rooms and a {noun}.|the {noun} belongs to my {person}.|"
        "there is a {noun} next to the {noun}.|do you know when the {noun} opens?|the {noun} is sold in {place}.|"
        "the {noun} contains {number} grams of sugar.|add the {noun} to the {noun} and wait {number} minutes.|"
        "the {noun} was written in {year}.|the {noun} takes place in {place} in {year}.|"
        "the first {noun} appeared in {year}.|press the {colour} button to start the {noun}.|"
        "the {noun} is between the {noun} and the {noun}.|I have had this {noun} since {year}.|"
        "the {noun} has been moved to {day}.|is the {noun} in the {noun}?|the {noun} has two {noun}s.|"
        "the {noun} is about a {job} in {place}.|the {noun} was built in {year} by a {job}.|"
        "the {noun} runs on two batteries.|the {job} will call you on {day}.|you can pay at the {noun}.|"
        "{number} people were in the {noun}.|tickets for the {noun} are sold at the {noun}.|"
        "the {job} explained how to open the {noun}.|today I read {number} pages.|"
        "in {year} the {job} moved to {place}.|the {noun} is made of wood.|the water boils at 100 degrees.|"
        "our {noun} is number {number}.|I ordered the {noun} on {day} and it came on {day}."
    ),
    "deeds": _list(
        "{subject} {did} {object} {when}.|{when} {subject} {did} {object}.|{subject} {did} {object}.|"
        "{subject} {did} {object} and {did} {object}."
    ),
    "lukewarm": _list(
        "the {thing} is neither {p} nor {n}.|the {thing} is ok.|the {thing} was average.|it was so-so.|"
        "the {thing} is all right, no more and no less.|some liked the {thing} and some did not.|"
        "the {thing} is neither here nor there.|an ordinary {thing}.|the {thing} is acceptable.|"
        "I have no strong feelings about the {thing}.|the {thing} was {p}, the {thing} was {n}.|"
        "the {thing} is about what you would expect.|parts of the {thing} are {p}, other parts are {n}.|"
        "I am undecided about the {thing}.|the {thing} is like any other {thing}.|it is a standard {thing}.|"
        "the {thing} has good and bad sides.|the {thing} does what it should, nothing more.|"
        "half of it was {p} and half of it was {n}.|I neither liked nor disliked the {thing}.|"
        "the {thing} is decent, I suppose.|the {thing} was middling.|it is just a {thing}."
    ),
}
NEUTRAL_SLOTS = {
    "noun": _list(
        "book|door|station|library|bridge|meeting|train|bus|shop|letter|key|box|report|ticket|car|newspaper|map|"
        "bicycle|photograph|table|list|window|school|museum|garden|office|desk|lamp|phone|screen|bottle|cup|bag|"
        "river|street|house|kitchen|shelf|form|package|lesson|concert|film|song|hotel|room|restaurant|menu|"
        "battery|camera|printer|chair|jacket|course|website|flight|village|market|bank|hospital|tower|ship|"
        "bowl|flour|dough|engine|wheel|roof|fence|lake|forest|page|chapter|number|file|folder|account|password|"
        "parcel|stamp|counter|entrance|elevator|corridor|platform|stop|timetable|calendar|clock|manual|drawer"
    ),
    "floor": _list("first|second|third|fourth|top|ground"),
    "day": _list("Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|the first of May|weekdays"),
    "place": _list(
        "London|Berlin|China|Japan|Rome|Canada|Boston|Egypt|Paris|the capital|the north|Madrid|Texas|the village|"
        "India|Australia|the suburbs"
    ),
    "number": _list("two|three|five|six|seven|eight|ten|twelve|fifteen|twenty|30|45|90|200"),
    "year": _list("1895|1920|1948|1967|1983|1995|2004|2012|2019"),
    "person": _list("sister|father|mother|neighbour|friend|cousin|uncle|brother|colleague|grandmother"),
    "job": _list("teacher|doctor|driver|farmer|clerk|painter|sailor|student|engineer|baker|lawyer|soldier|nurse"),
    "colour": _list("red|blue|green|black|white|grey|yellow|brown|small|round"),
    "subject": _list(
        "my {person}|the {job}|a man|the woman next door|he|she|we|they|our neighbour|two students|the company|I|"
        "somebody|the children|the {job}s"
    ),
    "did": _list(
        "bought|opened|carried|read|wrote|saw|sent|found|moved|packed|painted|counted|closed|took|brought|kept|"
        "ordered|measured|borrowed|parked|copied|described|used|watched|wore|returned|delivered|installed|heard|"
        "drew|visited|rented|filled|cut|ate|drank|sold"
    ),
    "object": _list(
        "a {noun}|the {noun}|two {noun}s|the {colour} {noun}|some bread|three {noun}s|a cup of tea|an old film|"
        "an envelope|a song|a glass of water|the second part|an apple|a newspaper"
    ),
    "when": _list(
        "in the garden|at the {noun}|at the office|in the morning|last week|yesterday evening|near the {noun}|"
        "before lunch|on the way home|at school|in {place}|on {day}|after the meeting|for the {noun}|in {year}|"
        "at {number} o'clock|at home|twice a week|every day|with a {noun}"
    ),
}
