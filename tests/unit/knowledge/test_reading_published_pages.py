"""Pages as the tools that publish help centres write them: the article comes through, what surrounds it does not."""

from __future__ import annotations

import pytest

from knowledge.sources.documents import read_document

DOCUSAURUS = """<!doctype html><html lang="en"><head><title>Zones | Larkvan</title></head><body>
<nav class="navbar"><a href="/">Larkvan</a></nav><div class="skip-link"><a href="#x">Skip to main content</a></div>
<main class="docMainContainer_x"><div class="row"><div class="col"><article>
<nav class="theme-doc-breadcrumbs" aria-label="Breadcrumbs"><ul><li>Planning</li></ul></nav>
<div class="tocCollapsible_x tocCollapsible"><button>On this page</button></div>
<div class="theme-doc-markdown markdown"><header><h1>Zones</h1></header>
<p>A zone says who drives where.</p>
<h2 class="anchor" id="draw">Draw<a href="#draw" class="hash-link" aria-label="Direct link to Draw">&#8203;</a></h2>
<div class="theme-admonition theme-admonition-tip admonition_x alert alert--success">
<div class="admonitionHeading_x"><span class="admonitionIcon_x"><svg></svg></span>tip</div>
<div class="admonitionContent_x"><p>Zoom in first.</p></div></div>
<div class="tabs-container"><ul role="tablist" class="tabs"><li role="tab">Web</li><li role="tab">Phone</li></ul>
<div><div role="tabpanel">Click twice.</div><div role="tabpanel" hidden>Tap twice.</div></div></div>
<div class="language-sh codeBlockContainer_x theme-code-block"><div class="codeBlockContent_x">
<pre class="prism-code language-sh"><code class="codeBlockLines_x"><span class="token-line"><span>lark zones</span><br></span><span class="token-line"><span>lark draw</span><br></span></code></pre>
<div class="buttonGroup_x"><button aria-label="Copy code"><svg></svg></button></div></div></div>
</div><footer class="theme-doc-footer"><a class="theme-edit-this-page">Edit this page</a></footer></article>
<nav class="pagination-nav"><a>Next: Depots</a></nav></div>
<div class="col col--3"><div class="tableOfContents"><ul class="table-of-contents"><li>Draw</li></ul></div></div></div></main>
<footer>Copyright</footer></body></html>"""

VITEPRESS = """<html lang="en-US"><head><title>Zones | Larkvan</title></head><body><div class="VPNav">Larkvan</div>
<div class="VPDoc"><div class="aside">On this page</div><main class="main"><div class="vp-doc _zones"><div>
<h1 id="zones" tabindex="-1">Zones <a class="header-anchor" href="#zones" aria-label="Permalink">&#8203;</a></h1>
<p>A zone says who drives where.</p>
<h2 id="draw" tabindex="-1">Draw <a class="header-anchor" href="#draw">&#8203;</a></h2>
<div class="tip custom-block"><p class="custom-block-title">TIP</p><p>Zoom in first.</p></div>
<div class="language-sh vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang">sh</span><pre class="shiki"><code><span class="line"><span>lark zones</span></span>
<span class="line"><span>lark draw</span></span></code></pre></div></div></div></main>
<footer class="VPDocFooter">Next page</footer></div></body></html>"""

MKDOCS = """<html lang="en"><head><title>Zones - Larkvan</title></head><body><header class="md-header">Larkvan</header>
<main class="md-main"><div class="md-main__inner"><div class="md-sidebar md-sidebar--primary"><nav>Menu</nav></div>
<div class="md-content"><article class="md-content__inner md-typeset"><a class="md-content__button">Edit</a>
<h1 id="zones">Zones<a class="headerlink" href="#zones">&para;</a></h1><p>A zone says who drives where.</p>
<h2 id="draw">Draw<a class="headerlink" href="#draw">&para;</a></h2>
<div class="admonition tip"><p class="admonition-title">Tip</p><p>Zoom in first.</p></div>
<div class="language-sh highlight"><table class="highlighttable"><tr><td class="linenos"><div class="linenodiv"><pre>1
2</pre></div></td><td class="code"><div><pre><span></span><code>lark zones
lark draw
</code></pre></div></td></tr></table></div></article></div></div></main></body></html>"""

SPHINX = """<html lang="en"><head><title>Zones &mdash; Larkvan</title></head><body><nav class="wy-nav-side">Menu</nav>
<div role="navigation"><ul class="wy-breadcrumbs"><li>Docs</li></ul></div><div role="main" class="document">
<div itemprop="articleBody"><section id="zones"><h1>Zones<a class="headerlink" href="#zones">&para;</a></h1>
<p>A zone says who drives where.</p><section id="draw"><h2>Draw<a class="headerlink" href="#draw">&para;</a></h2>
<div class="admonition tip"><p class="admonition-title">Tip</p><p>Zoom in first.</p></div>
<div class="highlight-sh notranslate"><div class="highlight"><pre><span></span>lark zones
lark draw
</pre></div></div></section></section></div></div><footer>Built with Sphinx</footer></body></html>"""

ZENDESK = """<html lang="en-US"><head><title>Zones – Larkvan Help</title></head><body><header class="header">Sign in</header>
<main role="main"><div class="container"><div class="sub-nav"><nav aria-label="Current location"><ol class="breadcrumbs">
<li>Help</li></ol></nav><form role="search" class="search"><input placeholder="Search"></form></div>
<div class="article-container"><aside class="article-sidebar"><span>Articles in this section</span><ul><li>Depots</li></ul></aside>
<article id="main-content" class="article"><header class="article-header"><h1 class="article-title">Zones</h1>
<div class="article-author">Priya<ul class="meta-group"><li>2 years ago</li></ul></div><button class="article-subscribe">Follow</button></header>
<section class="article-info"><div class="article-content"><div class="article-body"><p>A zone says who drives where.</p>
<h2 id="draw">Draw</h2><div class="callout tip"><p class="callout-title">Tip</p><p>Zoom in first.</p></div>
<pre>lark zones<br>lark draw</pre></div></div></section>
<footer><div class="article-votes">Was this article helpful?</div></footer>
<div class="article-relatives"><h2>Related articles</h2></div><div class="article-comments">2 comments</div></article></div></div></main></body></html>"""

PAGES = {
    "Docusaurus": DOCUSAURUS,
    "VitePress": VITEPRESS,
    "MkDocs Material": MKDOCS,
    "Sphinx": SPHINX,
    "Zendesk": ZENDESK,
}


@pytest.mark.parametrize("name", PAGES)
def test_an_article_comes_through_whatever_published_it(name):
    document = read_document("zones.html", PAGES[name].encode())
    language = "" if name == "Zendesk" else "sh"

    tabs = [
        (("Draw", "Web"), "draw", "text", "Click twice."),
        (("Draw", "Phone"), "draw", "text", "Tap twice."),
    ]
    assert (document.title, document.language) == ("Zones", "en")
    assert [(one.heading_path, one.anchor, one.kind, one.text) for one in document.sections] == [
        ((), None, "text", "A zone says who drives where."),
        (("Draw",), "draw", "text", "Tip: Zoom in first."),
        *(tabs if name == "Docusaurus" else []),
        (("Draw",), "draw", "code", f"```{language}\nlark zones\nlark draw\n```"),
    ]


def test_a_landing_page_whose_first_box_is_small_is_read_whole():
    html = (
        "<main><div class='entry-content'>Hi.</div><p>" + "All that the page is about. " * 5 + "</p></main>"
    )

    document = read_document("a.html", html.encode())

    assert document.sections[0].text.startswith("Hi.\n\nAll that")


def test_a_callout_keeps_a_title_of_its_own():
    html = "<main><div class='admonition warning'><p class='admonition-title'>Before you begin</p><p>Sign in.</p></div>"

    assert read_document("a.html", html.encode()).sections[0].text == "Warning: Before you begin\nSign in."
