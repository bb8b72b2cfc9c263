"""Markdown and MDX become the text that a reader of the page would see."""

from __future__ import annotations

import time
from contextlib import suppress
from textwrap import dedent

import pytest

from knowledge.errors import UnreadableDocument
from knowledge.sources.documents import read_document
from knowledge.sources.outline import slug


def read(text: str, uri: str = "page.md"):
    return read_document(uri, dedent(text).lstrip("\n").encode())


def sections(text: str, uri: str = "page.md") -> list[tuple]:
    return [(section.heading_path, section.kind, section.text) for section in read(text, uri).sections]


def texts(text: str, uri: str = "page.md") -> str:
    return "\n\n".join(section.text for section in read(text, uri).sections)


MARKDOWN = {
    "paragraph": ("One\nline.", "One line."),
    "hard break": ("One  \ntwo.", "One\ntwo."),
    "emphasis is dropped": ("Click **Save** or *Cancel*, ~~not~~ `exit`.", "Click Save or Cancel, `exit`."),
    "bold paragraph is a title": ("**Limits**\n\nTen.", "**Limits**\n\nTen."),
    "relative link": ("See [the guide](/guide).", "See the guide."),
    "absolute link that tells": ("See [our status page](https://s.example).", "See our status page."),
    "absolute link that does not": (
        "Click [here](https://s.example/x).",
        "Click here (https://s.example/x).",
    ),
    "bare address": ("At <https://s.example>.", "At https://s.example."),
    "mail address": ("[Write us](mailto:a@b.example)", "Write us (a@b.example)"),
    "mail address that tells": ("<a@b.example>", "a@b.example"),
    "image in a sentence": ("Click ![the gear](g.png) now.", "Click the gear now."),
    "image alone": ("![The settings page](s.png)", "(Image: The settings page)"),
    "image without alt": ("![](s.png)\n\nText", "Text"),
    "image named like its file": ("![shot-2.png](s.png) ![team_settings](t.png)\n\nText", "Text"),
    "linked image": ("[![Deploy button](b.svg)](https://d.example)", "(Image: Deploy button)"),
    "bullet list": ("- a\n- b\n  - c\n", "- a\n- b\n  - c"),
    "loose list": ("- a\n\n  more\n\n- b", "- a\n  more\n- b"),
    "task list": ("- [ ] a\n- [x] b", "- a\n- b"),
    "code with a blank line": ("```js\na\n\nb\n```", "```js\na\n\nb\n```"),
    "code without a language": ("~~~\na\n~~~", "```\na\n```"),
    "code with marks in it": ("````md\n```js\nx\n```\n````", "````md\n```js\nx\n```\n````"),
    "code with a title": ('```js title="a.js" {1,3}\nx\n```', "**a.js**\n```js\nx\n```"),
    "code group names": ("```bash npm\nx\n```", "**npm**\n```bash\nx\n```"),
    "empty code": ("```\n```\n\nText", "Text"),
    "indented code": ("Text\n\n    code", "Text\n\n```\ncode\n```"),
    "jsx in a code block": (
        '```jsx\n<Card title="x">{y}</Card>\n```',
        '```jsx\n<Card title="x">{y}</Card>\n```',
    ),
    "jsx in inline code": ("Use `<Card>` and `{x}`.", "Use `<Card>` and `{x}`."),
    "import in a code block": ("```js\nimport a from 'b'\n```", "```js\nimport a from 'b'\n```"),
    "backtick in inline code": ("Type `` a`b ``.", "Type ``a`b``."),
    "block quote": ("> said\n> so", "said so"),
    "github note": ("> [!NOTE]\n> Mind this.", "Note: Mind this."),
    "github warning with a list": ("> [!WARNING]\n> - a\n> - b", "Warning: - a\n- b"),
    "comment": ("a <!-- hidden --> b\n\n<!-- gone\n\nstill gone -->\n\nc", "a b\n\nc"),
    "inline html": ("Press <kbd>Ctrl</kbd>+<kbd>C</kbd>, H<sub>2</sub>O", "Press Ctrl+C, H2O"),
    "frame and video": ('<iframe src="x">no</iframe>\n\nText <video src="v"></video>', "Text"),
    "script": ("<script>\nlet a = 1\n\nlet b\n</script>\n\nText", "Text"),
    "rule": ("a\n\n---\n\nb <hr / >\n\nc", "a\n\nb\n\nc"),
    "entities": ("a &lt; b &amp; c&nbsp;d", "a < b & c d"),
    "placeholder": ("Open https://<your-domain>/app", "Open https://<your-domain>/app"),
    "footnote": ("Fast[^1].\n\n[^1]: On a good day.", "Fast.\n\n1. On a good day."),
    "a line that looks like a fence": ("\\`\\`\\`js\n\nText", "\\```js\n\nText"),
    "braces outside MDX": ("Use {name} and {{ user.name }}.", "Use {name} and {{ user.name }}."),
    "prose that begins with import": (
        "import your contacts\nfrom a file",
        "import your contacts from a file",
    ),
    "html table": (
        "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>x | y</td></tr></table>",
        "| A | B |\n| --- | --- |\n| 1 | x \\| y |",
    ),
    "html table of one column": ("<table><tr><td>a</td></tr><tr><td>b</td></tr></table>", "a\n\nb"),
    "spanning cells": (
        "<table><tr><th>A</th><th>B</th></tr><tr><td rowspan=2>1</td><td>x</td></tr><tr><td>y</td></tr></table>",
        "| A | B |\n| --- | --- |\n| 1 | x |\n| 1 | y |",
    ),
}


@pytest.mark.parametrize(("source", "expected"), MARKDOWN.values(), ids=MARKDOWN)
def test_markdown_becomes_what_a_reader_sees(source, expected):
    assert texts(source) == expected


ADMONITIONS = {
    "without a title": (":::tip\nText\n:::", "Tip: Text"),
    "with a title": (":::tip Want `more`?\nText\n:::", "Tip: Want `more`?\nText"),
    "title in brackets": (":::note[Mind *this*]\nText\n:::", "Note: Mind this\nText"),
    "vitepress": ("::: warning Careful\nText\n:::", "Warning: Careful\nText"),
    "nested": (
        "::::info\nOuter\n\n:::danger\nInner\n:::\n\nAfter\n::::",
        "Info: Outer\n\nDanger: Inner\n\nAfter",
    ),
    "nested with equal marks": (
        ":::info\nOuter\n:::danger\nInner\n:::\nAfter\n:::",
        "Info: Outer\n\nDanger: Inner\n\nAfter",
    ),
    "in a list": ("- a\n\n  :::note\n  b\n  :::\n\n- c", "- a\n  Note: b\n- c"),
    "around code": (":::tip\n```sh\nx\n```\n:::", "Tip:\n\n```sh\nx\n```"),
    "never closed": (":::tip\nText\n\nMore", "Tip: Text\n\nMore"),
    "closed twice": (":::tip\nText\n:::\n:::\nMore", "Tip: Text\n\nMore"),
    "unknown kind": ("::: code-group\nText\n:::", "Text"),
    "empty": (":::tip\n:::\nMore", "More"),
    "shown in code": ("```md\n:::tip\nx\n:::\n```", "```md\n:::tip\nx\n:::\n```"),
}


@pytest.mark.parametrize(("source", "expected"), ADMONITIONS.values(), ids=ADMONITIONS)
def test_admonitions_become_sentences_with_a_label(source, expected):
    assert texts(source) == expected


MDX = {
    "statements": ("import A from '@a/b';\nimport {\n  B,\n} from \"c\"\n\nText", "Text"),
    "statements with comments": (
        "import A from 'a' // why\nimport B from 'b'; import C from 'c'\n\nText",
        "Text",
    ),
    "default export": (
        "export default Layout;\nexport * from './x'\nexport default ({children}) => (\n  <p>a</p>\n)\n\nText",
        "Text",
    ),
    "prose about exporting": ("export default settings from the app", "export default settings from the app"),
    "exported component": ("export const F = () => {\n\n  return <b>x</b>\n}\n\nText", "Text"),
    "export that never closes": ("export const F = {\n\nText", "Text"),
    "comment": ("{/* gone\n\n gone */}\n\na {/* gone */} b", "a b"),
    "literals": ("a {'b'}{\" \"}{`c`} {3}", "a b c 3"),
    "constant": ('export const plan = "Pro"\n\nOn {plan} and {other}.', "On Pro and ."),
    "expression with an apostrophe": ("a {ok && <p>don't</p>} b", "a b"),
    "escaped braces": ("Type \\{name\\}.", "Type {name}."),
    "brace that never closes": ("a { b", "a { b"),
    "note": ("<Note>\nText **bold**\n</Note>", "Note: Text bold"),
    "note in one line": ("<Warning>Text `x`</Warning>", "Warning: Text `x`"),
    "note in a list": ("1. a\n   <Tip>\n   b\n   </Tip>\n2. c", "1. a\n   Tip: b\n2. c"),
    "card": (
        '<CardGroup cols={2}>\n  <Card\n    title="A"\n    href="/x"\n  >\n    Text\n  </Card>\n</CardGroup>',
        "**A**\nText",
    ),
    "card without text": ('<Card title="A" href="/x" />', "**A**"),
    "steps": (
        '<Steps>\n  <Step title="One">\n    Do\n\n    ```sh\n    x\n    ```\n  </Step>\n  <Step title="Two">\n    Go\n  </Step>\n</Steps>',
        "1. **One**\n   Do\n   ```sh\n   x\n   ```\n2. **Two**\n   Go",
    ),
    "indented list after a line": ("<Card>\n    Text:\n    - a\n    - b\n</Card>", "Text:\n\n- a\n- b"),
    "frame": ('<Frame>\n  <img src={require("./a.png")} alt="The inbox" />\n</Frame>', "(Image: The inbox)"),
    "image without alt": ("<img src={a} />\n\nText", "Text"),
    "html around markdown": ('<div className="x">\n**a** `b`\n</div>', "a `b`"),
    "unknown component": ("<Magic level={9}>\nText\n</Magic>", "Text"),
    "unknown component that holds nothing": ('a <Badge text="x" /> b\n\n<Hero {...props} />', "a b"),
    "never closed": ("<Card title='A'>\nText\n\nMore", "**A**\nText\n\nMore"),
    "never opened": ("Text\n</Card>\n\nMore", "Text\n\nMore"),
    "tag that never ends": ("a <Card title=\n\nMore", "a <Card title=\n\nMore"),
    "fragment": ("<>\nText\n</>", "Text"),
    "member component": ("<Tabs.Panel>\nText\n</Tabs.Panel>", "Text"),
    "dotted attribute values": ('<Note a="x > y" b={{c: "}"}}>\nText\n</Note>', "Note: Text"),
    "jsx in code": (
        "<Note>\n```jsx\n<Card>{a}</Card>\n```\n</Note>",
        "Note:\n\n```jsx\n<Card>{a}</Card>\n```",
    ),
    "style": ("<style>{`\n.a { color: red }\n`}</style>\n\nText", "Text"),
    "parameters": (
        '<ParamField query="limit" type="int">\nHow many.\n</ParamField>',
        "**limit** (int)\nHow many.",
    ),
}


@pytest.mark.parametrize(("source", "expected"), MDX.values(), ids=MDX)
def test_mdx_becomes_its_text(source, expected):
    assert texts(source, "page.mdx") == expected


MINTLIFY = {
    "parameter with everything": (
        '<ParamField path="user" type="string" default="me" required>\nWho.\n</ParamField>',
        "**user** (string, required, default: me)\nWho.",
    ),
    "response field inside another": (
        '<ResponseField name="a" type="object">\nIt.\n\n<ResponseField name="b" type="int">\nIn it.\n</ResponseField>\n</ResponseField>',
        "**a** (object)\nIt.\n\n**b** (int)\nIn it.",
    ),
    "frame with a caption": (
        '<Frame caption="After setup">\n<img src="a.png" alt="The inbox" />\n</Frame>',
        "(Image: The inbox)\n\nAfter setup",
    ),
    "tooltip": ('An <Tooltip tip="Programming interface">API</Tooltip>.', "An API (Programming interface)."),
    "tile": ('<Tile href="/x" title="Maps" description="Draw zones" />', "**Maps**\nDraw zones"),
    "banner": ('<Banner content="Down on Sunday" />', "Down on Sunday"),
    "code group": (
        "<CodeGroup>\n\n```bash npm\nnpm i\n```\n\n```bash yarn\nyarn\n```\n\n</CodeGroup>",
        "**npm**\n```bash\nnpm i\n```\n\n**yarn**\n```bash\nyarn\n```",
    ),
    "icon": ('Press <Icon icon="gear" size={16} /> now.', "Press now."),
}
DOCUSAURUS = {
    "code in another syntax": (
        "```mdx-code-block\n<Note>\n```\n\nText\n\n```mdx-code-block\n</Note>\n```",
        "Note: Text",
    ),
    "highlighted lines": (
        "```js\n// highlight-next-line\na\n{/* highlight-start */}\nb\n# highlight-end\n```",
        "```js\na\nb\n```",
    ),
    "line numbers": ("```js {1,3-4} showLineNumbers\na\n```", "```js\na\n```"),
    "truncated": ("a\n\n<!-- truncate -->\n\nb", "a\n\nb"),
    "nested admonitions": ("::::note\n\n:::tip\nText\n:::\n\n::::", "Note: Tip: Text"),
}
VITEPRESS = {
    "code group": (
        "::: code-group\n\n```sh [npm]\nnpm i\n```\n\n```sh{2} [yarn]\nyarn\n```\n\n:::",
        "**npm**\n```sh\nnpm i\n```\n\n**yarn**\n```sh\nyarn\n```",
    ),
    "marked lines": ("```ts:line-numbers {1}\na // [!code focus]\nb // [!code --]\n```", "```ts\na\nb\n```"),
    "contents": ("[[toc]]\n\nText", "Text"),
    "another file's code": ("<<< @/snippets/a.js{2}\n\nText", "Text"),
    "another file": ("<!--@include: ./a.md-->\n\nText", "Text"),
    "details": ("::: details More {open}\nText\n:::", "Text"),
    "raw": ("::: raw\nText\n:::", "Text"),
    "script and style": ("<script setup>\nconst a = 1\n\nb()\n</script>\n\n<style scoped>\n.a {}\n</style>\n\nText", "Text"),
    "bindings": ('<Thing :prop="x" @click="y" v-if="z">Text</Thing>', "Text"),
    "less than less": ("a <<< b", "a <<< b"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), MINTLIFY.values(), ids=MINTLIFY)
def test_mintlifys_components_say_what_they_show(source, expected):
    assert texts(source, "page.mdx") == expected


@pytest.mark.parametrize(("source", "expected"), DOCUSAURUS.values(), ids=DOCUSAURUS)
def test_docusaurus_pages_become_their_text(source, expected):
    assert texts(source, "page.mdx") == expected


@pytest.mark.parametrize(("source", "expected"), VITEPRESS.values(), ids=VITEPRESS)
def test_vitepress_pages_become_their_text(source, expected):
    assert texts(source) == expected


def test_tabs_may_be_named_where_they_begin():
    tabs = "<Tabs values={[{label: 'Windows', value: 'win'}, {value: \"mac\", label: \"macOS\"}]}>"
    source = (
        f'{tabs}\n<TabItem value="win">\n\na\n\n</TabItem>\n<TabItem value="mac">\n\nb\n\n</TabItem>\n</Tabs>'
    )

    assert sections(source, "a.mdx") == [(("Windows",), "text", "a"), (("macOS",), "text", "b")]


@pytest.mark.parametrize(
    ("uri", "slug", "base_url", "expected"),
    [
        ("guides/01-setup.md", "/get-started", "https://x.io/docs", "https://x.io/docs/get-started"),
        ("guides/01-setup.md", "setup", "https://x.io/docs/", "https://x.io/docs/guides/setup"),
        ("intro.md", "/", "https://x.io/docs", "https://x.io/docs/"),
        ("intro.md", "/a", None, None),
        ("intro.md", "[a, b]", "https://x.io", None),
    ],
)
def test_a_slug_says_where_a_page_is_published(uri, slug, base_url, expected):
    assert read_document(uri, f"---\nslug: {slug}\n---\nText".encode(), base_url).link == expected


def test_relative_links_lead_to_where_the_source_is_published():
    source = b"Click [here](../b.md#keys), [here](/top) or ![x](y.png) <a href='c'>this page</a>."

    document = read_document("guides/a.md", source, "https://x.io/docs")

    assert document.sections[0].text == (
        "Click here (https://x.io/docs/b#keys), here (https://x.io/top) or x this page (https://x.io/docs/guides/c)."
    )


def test_tabs_and_accordions_are_headings_for_their_own_text_only():
    found = sections(
        """
        ## Install
        <Tabs>
          <Tab title="macOS">
            ```sh
            brew install x
            ```
          </Tab>
          <Tab title="Linux">
            ### By hand
            Unpack it.
          </Tab>
        </Tabs>
        Done.
        <AccordionGroup>
          <Accordion title="Is it free?">
            Yes.
          </Accordion>
        </AccordionGroup>
        <details>
        <summary>And **on** Windows?</summary>

        Not yet.

        </details>
        """,
        "page.mdx",
    )

    assert found == [
        (("Install", "macOS"), "code", "```sh\nbrew install x\n```"),
        (("Install", "Linux", "By hand"), "text", "Unpack it."),
        (("Install",), "text", "Done."),
        (("Install", "Is it free?"), "text", "Yes."),
        (("Install", "And on Windows?"), "text", "Not yet."),
    ]


def test_docusaurus_tabs_are_named_by_label_or_value():
    source = '<Tabs><TabItem value="npm" label="NPM">\n\na\n\n</TabItem>\n<TabItem value="yarn">\n\nb\n\n</TabItem></Tabs>'

    assert sections(source, "a.mdx") == [(("NPM",), "text", "a"), (("yarn",), "text", "b")]


def test_sections_follow_the_headings_and_say_what_they_are():
    found = sections(
        """
        # Page

        Intro.

        ## Set up

        Do this:

        1. One
        2. Two

        | Plan | Price |
        |---|---|
        | Pro | `a\\|b` |

        ### Code

        Add the snippet:

        ```html
        <b>
        ```

        ## After

        Text.
        """
    )

    assert found == [
        ((), "text", "Intro."),
        (("Set up",), "steps", "Do this:\n\n1. One\n2. Two"),
        (("Set up",), "table", "| Plan | Price |\n| --- | --- |\n| Pro | `a\\|b` |"),
        (("Set up", "Code"), "code", "Add the snippet:\n\n```html\n<b>\n```"),
        (("After",), "text", "Text."),
    ]


def test_anchors_are_those_of_the_published_page():
    document = read(
        """
        # Page
        Top.
        ## Set up!
        a
        ## Set up
        b
        ## Set up 1
        c
        ## Own {#my-id}
        d
        <h2 id="raw">Raw</h2>

        e
        """
    )

    assert [section.anchor for section in document.sections] == [
        None,
        "set-up",
        "set-up-1",
        "set-up-1-1",
        "my-id",
        "raw",
    ]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("What's new?", "whats-new"),
        ("C++ & Rust", "c--rust"),
        ("`snake_case` names", "snake_case-names"),
        ("Über die Änderung", "über-die-änderung"),
        ("🚀 Start", "-start"),
        ("हिन्दी में", "हिन्दी-में"),
    ],
)
def test_a_slug_is_githubs(heading, expected):
    assert slug(heading.replace("`", "")) == expected


def test_a_markdown_file_that_imports_is_read_as_mdx():
    source = "import X from 'x';\n\n<X>\n    Indented {1}\n</X>"

    assert texts(source) == "Indented 1"


def test_the_title_comes_from_the_front_matter_then_the_heading_then_the_name():
    assert read("---\ntitle: A\n---\n# B\n\ntext").title == "A"
    assert read("# B *c*\n\ntext").title == "B c"
    assert read("text", "guides/reset-your_password.md").title == "Reset your password"
    assert read("text", "guides/billing/index.mdx").title == "Billing"


@pytest.mark.parametrize("text", ["# Über\r\n\r\nEins\r\nzwei\r\n", "\ufeff# Über\n\nEins zwei"])
def test_windows_line_ends_and_byte_order_marks_change_nothing(text):
    document = read_document("a.md", text.encode())

    assert (document.title, [section.text for section in document.sections]) == ("Über", ["Eins zwei"])


def test_a_page_that_is_only_its_description_says_that():
    document = read(
        "---\ntitle: Create a goal\ndescription: Creates a goal.\nopenapi: POST /goals\n---\n", "a.mdx"
    )

    assert [section.text for section in document.sections] == ["Creates a goal."]


@pytest.mark.parametrize("text", ["", "\n\n", "---\ntitle: A\n---\n", "<!-- later -->"])
def test_an_empty_page_is_a_document_without_sections(text):
    assert read_document("a.md", text.encode()).sections == ()


def test_the_hash_follows_the_bytes():
    one, same, other = (read_document("a.md", data).content_hash for data in (b"a", b"a", b"a\n"))

    assert one == same != other


HARD = {
    "ten thousand headings": "".join(f"## Heading {n % 50}\n\nText {n}.\n\n" for n in range(10_000)),
    "one huge line": "word " * 200_000,
    "ten thousand open tags": "<Card>\n" * 10_000,
    "ten thousand angle brackets in a line": "<a " * 10_000,
    "ten thousand braces": "{ " * 10_000,
    "deep quotes": ">" * 5_000 + " text",
    "twenty thousand paragraphs": "a\n\n" * 20_000,
    "many colons": ":::tip\n" * 5_000,
    "open attribute strings": "<A b='\n" * 5_000,
}


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
@pytest.mark.parametrize("uri", ["a.md", "a.mdx"])
def test_hostile_pages_are_read_or_refused_in_seconds(uri, text):
    started = time.monotonic()
    with suppress(UnreadableDocument):
        read_document(uri, text.encode())

    assert time.monotonic() - started < 20
