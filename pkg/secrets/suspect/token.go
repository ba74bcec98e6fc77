package suspect

import (
	"regexp"
	"strings"
	"sync"

	"github.com/connkit/connkit/internal/pattern"
)

// tokenFormat is how a service writes its secrets, so that scanners know them.
type tokenFormat struct {
	what   string
	marks  []string // one of them is in every such token; looked for first, as it is cheap
	format func() *regexp.Regexp
}

func format(what, form string, marks ...string) tokenFormat {
	return tokenFormat{what, marks, pattern.Lazy(`(?:^|[^A-Za-z0-9_])(?:` + form + `)(?:$|[^A-Za-z0-9_])`)}
}

// tokenFormats come from the services' own documentation of their tokens. They
// are made when they are first used: most runs of connkit do not.
var tokenFormats = sync.OnceValue(func() []tokenFormat {
	return []tokenFormat{
		format("a private key", `-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[\s\S]*`, "PRIVATE KEY"),
		format("a private key", `PuTTY-User-Key-File-\d:[\s\S]*`, "PuTTY-User"),
		format("an age identity", `AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{20,}`, "AGE-SECRET-KEY"),
		format("an AWS access key", `(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}`, "AKIA", "ASIA", "ABIA", "ACCA"),
		format("an AWS token", `(?:FwoGZXIvYXdz|IQoJb3JpZ2lu)[A-Za-z0-9+/=]{50,}`, "FwoGZXIvYXdz", "IQoJb3JpZ2lu"),
		format("a Google API key", `AIza[A-Za-z0-9_-]{35}`, "AIza"),
		format("a Google OAuth secret", `GOCSPX-[A-Za-z0-9_-]{20,}`, "GOCSPX-"),
		format("a Google OAuth token", `ya29\.[A-Za-z0-9_-]{20,}|1//0[A-Za-z0-9_-]{20,}`, "ya29.", "1//0"),
		format("a GitHub token", `gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{20,}`, "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
		format("a GitLab token", `gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[A-Za-z0-9_.-]{16,}|GR1348941[A-Za-z0-9_-]{20}`, "gl", "GR1348941"),
		format("a Slack token", `xox[a-z]-[A-Za-z0-9-]{10,}|xoxe\.xox[bp]-\d-[A-Za-z0-9]{20,}|xapp-\d-[A-Za-z0-9-]{10,}`, "xox", "xapp-"),
		format("a webhook of a chat", `https://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_+-]{20,}|https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d+/[\w-]{20,}|https://[\w-]+\.webhook\.office\.com/webhookb2/\S{30,}`, "hooks.slack.com", "webhooks/", "webhookb2"),
		format("a Stripe key", `(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{20,}`, "sk_", "rk_", "whsec_"),
		format("a Twilio key", `SK[0-9a-f]{32}`, "SK"),
		format("a SendGrid key", `SG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{16,64}`, "SG."),
		format("a Mailgun key", `key-[0-9a-f]{32}`, "key-"),
		format("a Mailchimp key", `[0-9a-f]{32}-us\d{1,2}`, "-us"),
		format("a Shopify token", `shp(?:at|ca|pa|ss|tka|ua)_[A-Za-z0-9]{20,}`, "shp"),
		format("a HubSpot token", `pat-(?:na|eu|ap)\d+-[0-9a-f]{8}-[0-9a-f-]{27}`, "pat-"),
		format("an Airtable token", `pat[A-Za-z0-9]{14}\.[0-9a-f]{64}`, "pat"),
		format("a Notion token", `secret_[A-Za-z0-9]{40,}|ntn_[A-Za-z0-9]{40,}`, "secret_", "ntn_"),
		format("an API key", `sk-(?:[A-Za-z]+\d*-)*[A-Za-z0-9_-]{20,}`, "sk-"),
		format("a token of a registry", `npm_[A-Za-z0-9]{30,}|pypi-AgEI[A-Za-z0-9_-]{30,}|dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}|rubygems_[0-9a-f]{40,}|oy2[a-z0-9]{43}|AKCp[A-Za-z0-9]{60,}`, "npm_", "pypi-", "dckr_", "rubygems_", "oy2", "AKCp"),
		format("a Hugging Face token", `hf_[A-Za-z0-9]{30,}`, "hf_"),
		format("an Atlassian token", `AT(?:ATT|CTT|BBT)[A-Za-z0-9_=-]{20,}`, "ATATT", "ATCTT", "ATBBT"),
		format("a Databricks token", `dapi[0-9a-f]{32}(?:-\d)?|dose[0-9a-f]{32}`, "dapi", "dose"),
		format("a Grafana token", `gl(?:sa|c)_[A-Za-z0-9+/=_]{20,}`, "glsa_", "glc_"),
		format("a Vault token", `hv[sbr]\.[A-Za-z0-9_-]{20,}`, "hvs.", "hvb.", "hvr."),
		format("a Terraform token", `[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{40,}`, "atlasv1"),
		format("a Square token", `sq0(?:atp|csp)-[A-Za-z0-9_-]{20,}|EAAA[A-Za-z0-9_-]{58,}`, "sq0", "EAAA"),
		format("a Facebook token", `EAA[A-Z][A-Za-z0-9]{60,}`, "EAA"),
		format("a DigitalOcean token", `do[opr]_v1_[0-9a-f]{40,}`, "_v1_"),
		format("a Linear key", `lin_(?:api|oauth)_[A-Za-z0-9]{30,}`, "lin_"),
		format("a Klaviyo key", `pk_[0-9a-f]{30,}`, "pk_"),
		format("a New Relic key", `NR(?:AK|II|JS)-[A-Za-z0-9_-]{20,}`, "NRAK-", "NRII-", "NRJS-"),
		format("a Sentry token", `sntry[us]_[A-Za-z0-9+/=_]{30,}`, "sntry"),
		format("a Postman key", `PMAK-[0-9a-f]{20,}-[0-9a-f]{30,}`, "PMAK-"),
		format("a PlanetScale token", `pscale_(?:pw|tkn|oauth)_[A-Za-z0-9_.=-]{30,}`, "pscale_"),
		format("a Supabase key", `sbp_[0-9a-f]{40}|sb_secret_[A-Za-z0-9_-]{20,}`, "sbp_", "sb_secret_"),
		format("a Doppler token", `dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{30,}`, "dp."),
		format("a Typeform token", `tfp_[A-Za-z0-9_.=-]{40,}`, "tfp_"),
		format("a Figma token", `figd_[A-Za-z0-9_-]{30,}`, "figd_"),
		format("a Plaid token", `access-(?:sandbox|development|production)-[0-9a-f-]{36}`, "access-"),
		format("a token of a shop", `shippo_(?:live|test)_[0-9a-f]{30,}|EZ[AT]K[A-Za-z0-9]{50,}|CFPAT-[A-Za-z0-9_-]{30,}`, "shippo_", "EZAK", "EZTK", "CFPAT-"),
		format("an Alibaba or Tencent key", `LTAI[A-Za-z0-9]{16,26}|AKID[A-Za-z0-9]{32}`, "LTAI", "AKID"),
		format("a Braintree token", `access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}`, "access_token$"),
		format("an Asana token", `[12]/\d{10,}(?:/\d{10,})?:[0-9a-f]{32}`, ":"),
		format("a Telegram token", `\d{8,10}:AA[A-Za-z0-9_-]{33}`, ":AA"),
		format("a Discord token", `[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}`, "."),
		format("a Mapbox token", `sk\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}`, "sk.eyJ"),
		format("an Azure client secret", `[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}`, "Q~"),
		format("an Azure storage key", `(?i:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,}={0,2}`, "AccountKey=", "SharedAccessKey="),
		format("a signed address", `(?:\?|&|^)(?:sv|se|sp|st)=[^\s]*&sig=[A-Za-z0-9%+/=_-]{20,}`, "sig="),
		format("a JSON web token", `ey[A-Za-z0-9_-]{10,}\.ey[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*){1,3}`, ".ey"),
		format("an Intercom token", `dG9rO[A-Za-z0-9+/]{30,}={0,2}`, "dG9rO"),
		format("credentials of a service account", `"private_key"\s*:\s*"[^"]{20,}"[\s\S]*`, `"private_key"`),
	}
})

// tokenIn says which service's token is in a text, or "".
func tokenIn(text string) string {
	for _, f := range tokenFormats() {
		for _, mark := range f.marks {
			if strings.Contains(text, mark) {
				if f.format().MatchString(text) {
					return f.what
				}
				break
			}
		}
	}
	return ""
}
