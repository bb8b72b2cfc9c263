"""Words: tokens, stop words, stems and a guess at the language. Pure functions, no library."""

from __future__ import annotations

import re

_STOP_WORDS = """
although though since whether either neither already always never often sometimes quickly somehow somebody
everything everybody everyone nothing nobody none anybody without within between every another
    a about after again all also am an and any anyone anything are aren't as at be because been before being both
    but by can can't cannot could couldn't did didn't do does doesn't doing don't down each else even ever every
    few for from further get gets getting give go goes going got had has hasn't have haven't having he hello help
    her here hers hey hi him his how however i i'd i'll i'm i've if in instead into is isn't it it's its itself
    just kindly know let let's like lot make makes many may maybe me might mine more most much must my myself need
    needs no nor not now of off ok on once one only onto or other our ours out over own please possible really
    same see seem seems shall she should shouldn't so some someone something still such take tell than thank thanks
    that that's the their theirs them then there there's these they thing things this those through to too try
    trying under until up us use used using very want wants was wasn't way we we'd we'll we're we've well were what
    what's when where which while who whom whose why will with without won't would wouldn't yes yet you you'd
    you'll you're you've your yours
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

# Frequent words that English does not share; three of them, and none of English, are telling.
_FOREIGN_WORDS = {
    "German": "der die das und ist nicht ich wie kann wir mein eine einen für mit auf wo warum gibt es",
    "French": "le la les et est je comment mon une pour avec sur où pourquoi puis nous vous pas des dans",
    "Spanish": "el los las y es cómo como puedo mi una para con qué por dónde donde está del hay mis",
    "Portuguese": "o os as é como posso meu uma para com que por onde está não minha do da em são",
    "Italian": "il gli lo è come posso mio una per con che dove non sono nel della perché mia di",
    "Dutch": "de het een en is niet ik hoe kan mijn voor met op waar waarom wij zijn naar",
    "Polish": "jak jest nie czy mogę mój dla na gdzie dlaczego się do co moje",
    "Turkish": "nas\u0131l bir ve bu ne i\u00e7in m\u0131 mi de\u011fil var nerede neden benim",
}
LANGUAGE_CODES = {
    "English": "en",
    "German": "de",
    "French": "fr",
    "Spanish": "es",
    "Portuguese": "pt",
    "Italian": "it",
    "Dutch": "nl",
    "Polish": "pl",
    "Turkish": "tr",
    "Russian": "ru",
    "Greek": "el",
    "Hebrew": "he",
    "Arabic": "ar",
    "Hindi": "hi",
    "Thai": "th",
    "Korean": "ko",
    "Japanese": "ja",
    "Chinese": "zh",
}
_FOREIGN = {language: frozenset(words.split()) for language, words in _FOREIGN_WORDS.items()}
_SCRIPTS = (
    ("Russian", re.compile(r"[\u0400-\u04ff]")),
    ("Greek", re.compile(r"[\u0370-\u03ff]")),
    ("Hebrew", re.compile(r"[\u0590-\u05ff]")),
    ("Arabic", re.compile(r"[\u0600-\u06ff]")),
    ("Hindi", re.compile(r"[\u0900-\u097f]")),
    ("Thai", re.compile(r"[\u0e00-\u0e7f]")),
    ("Korean", re.compile(r"[\uac00-\ud7af]")),
    ("Japanese", re.compile(r"[\u3040-\u30ff]")),
    ("Chinese", re.compile(r"[\u4e00-\u9fff]")),
)
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_SUFFIXES = ("ations", "ation", "ingly", "ments", "ment", "ions", "ings", "ion", "ing", "ers", "ies", "ied")
_SHORT_SUFFIXES = ("ed", "er", "es", "ly", "s", "e", "y")


def words(text: str) -> list[str]:
    """Lower-cased words and numbers of a text, in order; an inner apostrophe stays."""
    return [word.replace("\u2019", "'") for word in _WORD.findall(text.lower())]


def content_words(text: str) -> list[str]:
    """The words that carry meaning, in order, repeats included."""
    return [word for word in words(text) if word not in STOP_WORDS]


def stem(word: str) -> str:
    """A crude stem, the same for the forms of one word: `exporting`, `exports`, `exported` -> `export`."""
    word = word.removesuffix("'s")
    for suffix in (*_SUFFIXES, *_SHORT_SUFFIXES):
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith("ss"):
            word = word[: -len(suffix)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] != "s" else word


def stems(text: str) -> frozenset[str]:
    """The stems of a text's content words."""
    return frozenset(stem(word) for word in content_words(text))


def language_code(text: str) -> str | None:
    """The code of a text's language (`de`), None where nothing in it tells."""
    language = language_of(text)
    if language != "English":
        return LANGUAGE_CODES[language]
    return "en" if any(word in STOP_WORDS for word in words(text)) else None


def language_of(text: str) -> str:
    """The English name of a text's likely language; `English` where nothing speaks against it."""
    letters = len(_LATIN.findall(text))
    for language, script in _SCRIPTS:
        if len(script.findall(text)) > letters:
            return language
    found = words(text)
    english = sum(word in STOP_WORDS for word in found)
    scores = {language: sum(word in common for word in found) for language, common in _FOREIGN.items()}
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] >= 3 and scores[best] > english else "English"
