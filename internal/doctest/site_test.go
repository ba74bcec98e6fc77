//go:build site

package doctest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const siteDir = "../../dist/site"

// look is what a page tells of itself, by lookScript.
type look struct {
	Title    string
	Heading  string
	Overflow []string // elements that stick out of the window
	Width    int      // of the whole page
	Links    []string // absolute
	IDs      []string
	Pale     []string // code that can hardly be read
	Items    int      // of the navigation
	Scheme   string
}

const lookScript = `(() => {
  const lum = c => { const f = v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 };
    return .2126 * f(c[0]) + .7152 * f(c[1]) + .0722 * f(c[2]) };
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = s => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = s; canvas.fillRect(0, 0, 1, 1);
    const d = canvas.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255] };
  const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
  const ground = e => { let c = [255, 255, 255, 1], up = []; for (; e; e = e.parentElement) up.unshift(rgba(getComputedStyle(e).backgroundColor));
    for (const g of up) c = over(g, c); return c };
  const contrast = e => { const b = ground(e); let c = rgba(getComputedStyle(e).color); let o = 1;
    for (let x = e; x; x = x.parentElement) o *= parseFloat(getComputedStyle(x).opacity);
    c = over([c[0], c[1], c[2], c[3] * o], b); const l = [lum(c), lum(b)].sort((x, y) => y - x); return (l[0] + .05) / (l[1] + .05) };
  const pale = new Map();
  for (const e of document.querySelectorAll("article pre code, article pre code span, article :not(pre) > code")) {
    if (!e.textContent.trim() || !e.offsetParent || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const key = e.className + getComputedStyle(e).color;
    if (!pale.has(key)) pale.set(key, [contrast(e), e.className + ": " + e.textContent.slice(0, 30)]);
  }
  const wide = document.documentElement.clientWidth;
  const scrolls = e => { for (; e && e !== document.body; e = e.parentElement) if (/auto|scroll|hidden/.test(getComputedStyle(e).overflowX)) return true; return false };
  return {
    title: document.title,
    heading: (document.querySelector("article h1") || {}).textContent || "",
    width: document.documentElement.scrollWidth - wide,
    overflow: [...document.querySelectorAll("article *")].filter(e => e.getBoundingClientRect().right > wide + 1 && e.offsetParent && !scrolls(e.parentElement) && !scrolls(e)).slice(0, 3).map(e => e.tagName + " " + e.textContent.slice(0, 40)),
    links: [...document.querySelectorAll("a[href]")].map(a => a.href),
    ids: [...document.querySelectorAll("[id]")].map(e => e.id),
    pale: [...pale.values()].filter(v => v[0] < 4.5).map(v => v[0].toFixed(2) + " " + v[1]),
    scheme: document.body.dataset.mdColorScheme,
    items: document.querySelectorAll("nav.md-nav--primary a.md-nav__link[href]").length,
  };
})()`

// TestSite looks at every page of the site in a browser, at the width of a
// telephone and of a desk, in light and in dark. SITE_SHOTS=folder keeps pictures.
func TestSite(t *testing.T) {
	server := httptest.NewServer(http.FileServer(http.Dir(siteDir)))
	defer server.Close()
	b := openBrowser(t)
	looks := map[string]look{}
	for _, mode := range []struct {
		width  int
		scheme string
	}{{1280, "light"}, {390, "light"}, {1280, "dark"}} {
		b.size(mode.width, mode.scheme)
		b.open("about:blank")
		b.call("Storage.clearDataForOrigin", map[string]any{"origin": server.URL, "storageTypes": "all"}, nil) // pages keep the scheme there
		b.take()
		for _, page := range sitePages(t) {
			b.open(server.URL + "/" + page)
			var l look
			b.eval(lookScript, &l)
			at := page + " at " + map[int]string{390: "390", 1280: "1280"}[mode.width] + ", " + mode.scheme
			for _, e := range b.take() {
				if said := complaint(e, server.URL); said != "" {
					t.Errorf("%s: %s", at, said)
				}
			}
			if want := map[string]string{"light": "default", "dark": "slate"}[mode.scheme]; l.Scheme != want {
				t.Errorf("%s: the scheme is %s", at, l.Scheme)
			}
			judge(t, at, l)
			looks[page] = l
			if dir := os.Getenv("SITE_SHOTS"); dir != "" && strings.Contains("index.html ci.html adr/README.html guides/from-scripts.html architecture.html", page) {
				b.shot(filepath.Join(dir, strings.ReplaceAll(page, "/", "_")+"-"+map[int]string{390: "390", 1280: "1280"}[mode.width]+"-"+mode.scheme+".png"))
			}
		}
	}
	if len(looks) < 100 {
		t.Errorf("%d pages were looked at: there are more", len(looks))
	}
	checkLinks(t, looks, server.URL)
	checkNavigation(t, b, server.URL)
}

// sitePages lists the pages; 404.html is shown in the place of others.
func sitePages(t *testing.T) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(siteDir, func(path string, _ os.DirEntry, err error) error {
		rel, _ := filepath.Rel(siteDir, path)
		if err == nil && strings.HasSuffix(path, ".html") && rel != "404.html" {
			all = append(all, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatalf("make site: %v", err)
	}
	return all
}

func judge(t *testing.T, at string, l look) {
	t.Helper()
	if !strings.Contains(l.Title, "connkit") || l.Heading == "" && !strings.Contains(at, "reference/") {
		t.Errorf("%s: title %q, heading %q", at, l.Title, l.Heading)
	}
	if l.Width > 0 || len(l.Overflow) > 0 {
		t.Errorf("%s: it is %d wider than the window: %q", at, l.Width, l.Overflow)
	}
	if len(l.Pale) > 0 {
		t.Errorf("%s: code is hard to read (contrast below 4.5): %q", at, l.Pale)
	}
	if l.Items < 30 {
		t.Errorf("%s: the navigation has %d links", at, l.Items)
	}
}

// checkLinks wants that each link within the site leads to a page, and to a heading of it.
func checkLinks(t *testing.T, looks map[string]look, base string) {
	t.Helper()
	followed := 0
	for page, l := range looks {
		for _, href := range l.Links {
			u, err := url.Parse(href)
			if err != nil || !local(href, base) {
				if err != nil {
					t.Errorf("%s: %v", page, err)
				}
				continue
			}
			followed++
			to := strings.TrimPrefix(u.Path, "/")
			if to == "" || strings.HasSuffix(to, "/") { // as the server moves index.html
				to += "index.html"
			}
			there, ok := looks[to]
			if !ok {
				if _, err := os.Stat(filepath.Join(siteDir, to)); err != nil || strings.HasSuffix(to, "/") {
					t.Errorf("%s: %s leads nowhere", page, href)
				}
				continue
			}
			if u.Fragment != "" && !slices.Contains(there.IDs, u.Fragment) {
				t.Errorf("%s: %s: there is no such heading", page, href)
			}
		}
	}
	if followed < 1000 {
		t.Errorf("%d links were followed", followed)
	}
}

// checkNavigation clicks its way: to a command, through the drawer of a small window, and by the search.
func checkNavigation(t *testing.T, b *browser, base string) {
	t.Helper()
	b.size(1280, "light")
	b.open(base + "/index.html")
	b.eval(`[...document.querySelectorAll("nav.md-nav--primary a")].find(a => a.href.endsWith("/ci.html")).click()`, nil)
	b.next("the page of connkit ci", func(m message) bool { return m.Method == "Page.loadEventFired" })
	var heading string
	b.eval(`document.querySelector("article h1").textContent`, &heading)
	if !strings.HasPrefix(heading, "connkit ci") {
		t.Errorf("a click on ci led to %q", heading)
	}
	b.size(390, "light")
	b.open(base + "/index.html")
	var seen []bool
	b.eval(`(async () => { const left = () => document.querySelector("nav.md-nav--primary").getBoundingClientRect();
	  const shown = () => left().right > 50; const before = shown(); document.querySelector("label.md-header__button[for=__drawer]").click();
	  for (let i = 0; i < 100 && !shown(); i++) await new Promise(r => setTimeout(r, 50)); return [before, shown()] })()`, &seen)
	if len(seen) != 2 || seen[0] || !seen[1] {
		t.Errorf("the drawer: got %v, want it closed and then open", seen)
	}
	b.size(1280, "light")
	b.open(base + "/index.html")
	var found []string
	b.eval(`(async () => { const q = document.querySelector("input.md-search__input"); q.focus(); q.value = "quarantine";
	  q.dispatchEvent(new Event("input", {bubbles: true})); q.dispatchEvent(new KeyboardEvent("keyup", {bubbles: true}));
	  for (let i = 0; i < 400; i++) { const r = [...document.querySelectorAll(".md-search-result__link")]; if (r.length) return r.map(a => a.href); await new Promise(r => setTimeout(r, 50)); }
	  return [] })()`, &found)
	if !strings.Contains(strings.Join(found, " "), "architecture.html") {
		t.Errorf("a search for quarantine found %q", found)
	}
	for _, e := range b.take() {
		if said := complaint(e, base); said != "" {
			t.Errorf("while navigating: %s", said)
		}
	}
}

// local tells whether an address is one of the site's, or holds its data itself.
func local(address, base string) bool {
	return strings.HasPrefix(address, base+"/") || strings.HasPrefix(address, "data:") || strings.HasPrefix(address, "blob:"+base) || address == "about:blank"
}
