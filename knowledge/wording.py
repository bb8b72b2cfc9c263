"""What the assistant says in its own words: everything that is not a quote stands here."""

from __future__ import annotations

GREETING = "Hello! Ask me a question about the product and I will look for the answer in the help articles."
THANKS = "You are welcome! Is there anything else you would like to know?"
GOODBYE = "Goodbye! Write to me whenever you have a question."
ABOUT_ME = (
    "I look for answers in the help articles and show where they come from. If I cannot find one, I can pass your "
    "question to a person. What would you like to know?"
)
EMPTY = "What would you like to know? Write your question in a sentence, and I will look it up."
VAGUE = (
    "Could you say a little more? Tell me which part of the product it is about and what you are trying to do, and I "
    "will look it up."
)
NOT_FOUND = (
    "I could not find this in the articles that I can read here. I can pass your question to a person."
)
NOTHING_THERE = "There are no articles that I can read here yet, so I cannot look this up. I can pass your question to a person."
OTHER_LANGUAGE = (
    "Your question seems to be in {asked}. The articles that I can read are in {held}, so I cannot look it up well. "
    "You can ask again in {held}, or I can pass your question to a person."
)
SHORTENED = "Your message was very long: I read its first and last {kept} characters."
UNSURE = "I am not sure that this is what you asked for. The closest that I found:"
NOT_SAID = "The articles that I can read do not say: {what}."
PART_NOT_FOUND = "I could not find an answer to this part: {what}"
NOT_ALL_SAID = "The articles that I can read do not say everything that you asked for."
WHICH = "I am not sure which one you mean. Is your question about one of these?"
