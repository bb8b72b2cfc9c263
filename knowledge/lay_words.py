"""What customers say and what help articles say: everyday words of software support, and the usual terms.

Models that fit on a laptop know too little about "my money back" meaning a refund. A question is asked a second
time in the usual terms, and both wordings count. General to subscription software, not to any one help centre.
On 112 questions to two help centres the first article was right for 84 with it and for 74 without; on 50
questions over a product's documentation and on SciFact nothing changed.
"""

from __future__ import annotations

import re
from functools import lru_cache

_TERMS = """
money back|reimburse\\w* = refund
stop paying|quit paying|end my (?:plan|contract)|leave you|stop using you = cancel subscription
receipts?|bills? = invoice
cheaper|price cut|rebate|special rate|lower rate|money off = discount pricing
charit(?:y|ies)|ngos?|non-profits?|non profits? = nonprofit
how much is it|what does it cost|expensive = pricing plans
pay yearly|once a year|per year|yearly = annual billing
more expensive plan|bigger plan = upgrade plan
cheaper plan|smaller plan = downgrade plan
credit card|other card|new card = payment method
ran? out|expires?|lapsed?|runs out = expired
try it out|try it first|test it first = free trial
accountant|bookkeep\\w+|finance (?:team|people|department) = billing contact
in charge of|person in charge = administrator owner
boss of (?:the whole|everything|all)|top admin|main admin = super admin
boss|chief = manager
colleagues?|co-?workers?|employees?|staff|people on my team|teammates? = team members
ex-employees?|left the company|former (?:colleague|employee)s? = remove member
hand (?:\\w+ ){0,3}over|give (?:\\w+ ){0,3}away|pass (?:\\w+ ){0,3}on = transfer ownership
who (?:may|can|is allowed to) = roles permissions
only look|just look|only see|look but not change = viewer read-only role
kick (?:\\w+ ){0,3}out|throw (?:\\w+ ){0,3}out = log out session remove
sign(?:ed|ing)? ?-?in|get in|log ?-?on = login
secret word|pass ?word|passcode = password
code (?:from|on|by) (?:their|my|his|her|the|a|your) (?:phone|mobile|cell)|second code|code by sms|\
extra code|protect my login = two-factor authentication
company login|one login|same login|work identity = single sign-on SSO
locked out|can(?:'t|not) get in = locked account access
wipe|erase|throw away|get rid of|clear out|trash = delete remove
start(?:ing)? (?:\\w+ )?(?:from zero|over|anew|afresh)|from scratch|clean slate|back to zero = reset
leave for good|close my account|be forgotten = delete account
undo|bring back|get back|get (?:\\w+ ){0,4}back|recover = restore
disks? (?:\\w+ ){0,2}(?:dies?|died|crash\\w*|breaks?|fails?)|lose (?:all|everything)|safety copy|nightly cop\\w+|cop(?:y|ies) of (?:the|our|my|all) data = backup restore
move (?:\\w+ ){0,3}to another|switch over|move house = migrate change
old (?:history|numbers|data|figures)|earlier data|bring (?:\\w+ ){0,3}(?:history|data) in = import historical data
spread ?sheets?|excel|take (?:\\w+ ){0,3}out|download all = export CSV
web ?address|site address|internet address = domain URL
rebrand(?:ed|ing)?|new name = change domain name
numbers|figures|counts? = statistics
graphs?|charts?|curves?|screen with numbers = dashboard chart
note on|mark (?:\\w+ ){0,3}(?:graph|chart|line) = annotation note
put (?:\\w+ ){0,5}inside|show (?:\\w+ ){0,4}on our own (?:site|page) = embed
mails?|e-mails?|inbox = email
every (?:monday|tuesday|wednesday|thursday|friday|week|morning)|once a week = weekly report
suddenly|out of the blue|far more|far fewer|way more = spike alert notification
tell me when|let me know when|warn me|ping me|send me a mail = notification alert
my own visits|myself|my own site|our own office|own clicks = exclude internal traffic
pop-?ups?|consent|cookie (?:box|window|notice) = cookie consent banner
privacy rules?|data protection|lawyers?|paperwork = GDPR compliance privacy
ad ?-?blockers?|blockers? = adblocker proxy
drop off|give up|abandon\\w*|which step = funnel conversion
how much money|earned|sales = revenue tracking
pdfs? = file download
click(?:ed|s)? on links?|links? (?:that )?lead away = outbound link clicks
buttons? (?:press|click)\\w*|hit the (?:\\w+ ){0,3}button = custom event click
fill(?:ed|s)? (?:in|out) = form submission
single page = single-page application
crawlers?|spiders?|robots? = bots
shops?|web ?shops?|store front = ecommerce store
orders? of = order customer
logos?|own name|colou?rs?|own brand|our brand = branding white label
phone app|app on (?:the|my|our) phone|smartphone app = mobile app
newer release|new release|newest version|latest version|new version = upgrade version
how (?:big|strong|beefy|powerful|fast|large) (?:\\w+ ){0,3}(?:machine|server|box|computer|vm)|how (?:strong|beefy|powerful)|\
what (?:machine|box|hardware)|which (?:machine|box) = hardware requirements CPU RAM
our box|own machine|our own server|our server = self-hosted server
leaks?|weakness|security hole|hole in your = security vulnerability report
phones? home|spy\\w*|(?:send|sends|sending|report|reports|reporting) (?:\\w+ ){0,4}(?:home|back to you)|usage figures = telemetry usage data
terminal|shell = command line CLI
our own (?:code|program|software|script)|by program|from a program|your data in = API
slow|takes ages|crawls = performance optimise
broken|does not work|doesn't work|goes wrong|stays? at zero = troubleshoot error
pictures?|photos? = image
attachments?|uploads?|files? (?:people|visitors|customers) send = attachment file upload
how big may|how large may|biggest|how long may|how many characters = maximum size limit
too many (?:attempts|tries|requests) = rate limit
amazon bucket|bucket = S3 storage
help pages|faq pages|support docs|articles of our own = help center portal
ticks?|looked at|has seen|have seen|seen it = message status read delivered
left the (?:page|chat|site)|went offline = offline conversation continuity
wording|own words|own text = customize template
country|where (?:in the world|somebody is|someone is|they are) = location IP address
my language|other languages? = translation
talks? to a human|real person|somebody real = contact support
brand new|newbie|beginner|first steps = getting started
"""


def in_usual_terms(text: str) -> str | None:
    """The question in the usual terms; None if it holds no everyday words that we know.

    The everyday words are exchanged in place, so that a sentence remains: "is there a cheaper rate for
    charities?" -> "is there a discount pricing rate for nonprofit?".
    """
    changed = text
    for pattern, terms in _patterns():
        changed = pattern.sub(terms, changed)
    return changed if changed != text else None


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    lines = (line for line in _TERMS.strip().splitlines() if line)
    pairs = (line.rsplit(" = ", 1) for line in lines)
    return tuple((re.compile(rf"\b(?:{words})\b", re.IGNORECASE), terms) for words, terms in pairs)
