package privacy

import (
	"regexp"
	"slices"
	"strings"
)

// profileHosts are networks in which an address is that of a person, by the beginning
// of the path that leads to one; "" is any path.
var profileHosts = map[string][]string{
	"linkedin.com": {"in/", "pub/", "profile/", "mwlite/in/"}, "lnkd.in": {""}, "xing.com": {"profile/", "profiles/"},
	"github.com": {""}, "gitlab.com": {""}, "bitbucket.org": {""}, "codeberg.org": {""}, "gist.github.com": {""}, "sourceforge.net": {"u/"},
	"twitter.com": {""}, "x.com": {""}, "facebook.com": {""}, "fb.com": {""}, "fb.me": {""}, "instagram.com": {""}, "instagr.am": {""}, "threads.net": {""}, "threads.com": {""},
	"tiktok.com": {"@"}, "youtube.com": {"@", "c/", "channel/", "user/"}, "vimeo.com": {""}, "twitch.tv": {""}, "soundcloud.com": {""}, "snapchat.com": {"add/"},
	"stackoverflow.com": {"users/"}, "stackexchange.com": {"users/"}, "medium.com": {""}, "dev.to": {""}, "hashnode.com": {"@"}, "quora.com": {"profile/"}, "reddit.com": {"u/", "user/"},
	"behance.net": {""}, "dribbble.com": {""}, "deviantart.com": {""}, "artstation.com": {""}, "flickr.com": {"people/", "photos/"}, "500px.com": {"p/"}, "pinterest.com": {""}, "unsplash.com": {"@"},
	"kaggle.com": {""}, "leetcode.com": {""}, "hackerrank.com": {""}, "codepen.io": {""}, "codewars.com": {"users/"}, "huggingface.co": {""}, "npmjs.com": {"~"},
	"researchgate.net": {"profile/"}, "orcid.org": {""}, "scholar.google.com": {"citations"}, "scholar.google.de": {"citations"}, "academia.edu": {""},
	"t.me": {""}, "telegram.me": {""}, "wa.me": {""}, "api.whatsapp.com": {"send"}, "bsky.app": {"profile/"}, "mastodon.social": {"@"}, "keybase.io": {""}, "about.me": {""}, "linktr.ee": {""}, "gravatar.com": {""},
	"vk.com": {""}, "weibo.com": {""}, "angel.co": {"u/"}, "wellfound.com": {"u/"}, "viadeo.com": {""}, "calendly.com": {""}, "upwork.com": {"freelancers/"}, "freelancermap.de": {"profil/"}, "malt.de": {"profile/"}, "malt.fr": {"profile/"},
}

// profileDomains are those whose subdomains belong to people.
var profileDomains = []string{".github.io", ".gitlab.io", ".substack.com", ".tumblr.com", ".blogspot.com", ".academia.edu", ".carrd.co"}

// networks are the names of networks before which a colon or an @ makes a user name.
var networks = []string{
	"linkedin", "xing", "github", "gitlab", "bitbucket", "twitter", "facebook", "instagram", "insta", "tiktok", "telegram", "skype", "discord", "snapchat", "behance", "dribbble",
	"stackoverflow", "stack overflow", "mastodon", "bluesky",
}

// labelledHandle matches such a user name.
var labelledHandle = regexp.MustCompile(`\b(?:` + strings.Join(networks, "|") + `)(?: (?:user ?name|user|handle|profile|id|account|profil|name))? ?(?:[:=] ?@?|@)([\p{L}\d][\p{L}\d._#-]{2,})`)

// profiles finds addresses of profiles in social networks, whoever they belong to.
func (f *finding) profiles() {
	s := f.view.folded
	for i := 0; i < len(s); i++ {
		if s[i] != '/' {
			continue
		}
		host, start := hostBefore(s, i)
		begins := profilePaths(host)
		if begins == nil {
			continue
		}
		path, end := pathAfter(s, i+1)
		if slices.ContainsFunc(begins, func(begin string) bool { return len(path) > len(begin) && strings.HasPrefix(path, begin) }) {
			f.add(start, end, rankProfile, "profile", host+"/"+path)
			i = end - 1
		}
	}
	f.personalDomains()
	if strings.ContainsAny(s, ":=@") && namesNetwork(s) {
		for _, m := range labelledHandle.FindAllStringSubmatchIndex(s, -1) {
			if handle := s[m[2]:m[3]]; !isAnswerWord(handle) {
				f.add(m[2], m[3], rankProfile, "profile", strings.TrimRight(handle, "."))
			}
		}
	}
}

// namesNetwork reports whether labelledHandle may match, in a fraction of its time.
func namesNetwork(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != ':' && c != '=' && c != '@' {
			continue
		}
		before := strings.TrimRight(s[max(0, i-24):i], " ")
		for _, n := range networks {
			if strings.Contains(before, n) {
				return true
			}
		}
	}
	return false
}

// personalDomains finds addresses that need no path.
func (f *finding) personalDomains() {
	s := f.view.folded
	for _, d := range profileDomains {
		for at := 0; ; {
			i := strings.Index(s[at:], d)
			if i < 0 {
				break
			}
			end := at + i + len(d)
			if host, start := hostBefore(s, end); len(host) > len(d) {
				path, to := pathAfter(s, min(end+1, len(s)))
				if end >= len(s) || s[end] != '/' {
					path, to = "", end
				}
				f.add(start, to, rankProfile, "profile", host+"/"+path)
			}
			at = end
		}
	}
}

// isAnswerWord reports whether what follows the name of a network is an answer rather
// than a user name.
func isAnswerWord(s string) bool {
	switch s {
	case "yes", "none", "n.a", "not", "nein", "non", "active", "inactive", "http", "https", "www", "the", "and", "see", "profile", "link", "url", "unknown", "null", "true", "false":
		return true
	}
	return strings.HasPrefix(s, "www.") || strings.HasPrefix(s, "linkedin.") || strings.HasPrefix(s, "github.")
}

// profilePaths is how paths to people begin at a host or one that it belongs to; nil if
// there are none.
func profilePaths(host string) []string {
	for host != "" {
		if begins := profileHosts[host]; begins != nil {
			return begins
		}
		_, host, _ = strings.Cut(host, ".")
	}
	return nil
}

// hostBefore reads backwards the host that ends at i, and where its address begins.
func hostBefore(s string, i int) (host string, start int) {
	at := skipSpacesBack(s, i)
	if port := strings.TrimRight(s[:at], "0123456789"); len(port) < at && strings.HasSuffix(port, ":") {
		at = len(port) - 1
	}
	end := at
	start = end
	for range maxParts {
		for at > 0 {
			n, word := wordBefore(s, at)
			if !word && s[at-1] != '-' && s[at-1] != '.' || crossesScripts(s, at, n, start) {
				break
			}
			at -= n
		}
		if at == start {
			break
		}
		host, start = s[at:start]+host, at
		before, _ := dotBefore(s, start)
		if dot := skipSpacesBack(s, start); before < 0 && dot > 1 && dot < start && s[dot-1] == '.' && s[dot-2] == ' ' {
			before = skipSpacesBack(s, dot-1)
		}
		if before < 0 {
			break
		}
		host, start, at = "."+host, before, before
	}
	host = strings.Trim(host, ".-")
	for _, scheme := range []string{"https://", "http://"} {
		if strings.HasSuffix(s[:start], scheme) {
			start -= len(scheme)
			break
		}
	}
	return host, start
}

// pathAfter reads a path from i on, up to what ends an address in a sentence.
func pathAfter(s string, i int) (path string, end int) {
	i = skipSpaces(s, i)
	end = i
	for end < len(s) && strings.IndexByte(" \n\t\"'<>()[]{}|,;", s[end]) < 0 {
		end++
	}
	for end > i && strings.IndexByte(".:!?*/", s[end-1]) >= 0 {
		end--
	}
	return s[i:end], end
}
