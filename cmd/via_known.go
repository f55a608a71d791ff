package cmd

import (
	"context"
	"encoding/json"
	"os"
	"regexp"
	"strings"
)

// cloudflared has a quick tunnel of trycloudflare.com. It would apply the rules of the user's own config.yml to that,
// which know nothing of the new name and answer 404: so it is given an empty one.
var cloudflared = exposer{
	name:    "cloudflared",
	command: []string{"cloudflared", "tunnel", "--config", os.DevNull, "--no-autoupdate", "--url", "{url}"},
	proxies: true,
	reader: func(context.Context, string) func(string) meaning {
		var url string
		connected := false // from then on its log may quote what strangers send
		return func(line string) meaning {
			info := strings.Contains(line, " INF ")
			if url == "" && info {
				url = findURL(line, func(_, host string) bool {
					return strings.HasSuffix(host, ".trycloudflare.com") && host != "api.trycloudflare.com"
				})
			}
			switch {
			case !connected && info && cloudflaredConnected.MatchString(line): // before that the URL leads nowhere
				connected = true
				return meaning{url: url, noise: true}
			case strings.Contains(line, "Unauthorized: Tunnel not found"):
				return meaning{tell: line, over: true}
			case cloudflaredError.MatchString(line):
				return meaning{tell: cloudflaredError.FindStringSubmatch(line)[1]}
			}
			return meaning{noise: info}
		}
	},
}

var (
	cloudflaredConnected = regexp.MustCompile(`Registered tunnel connection|Connection \S+ registered`)
	cloudflaredError     = regexp.MustCompile(`^(?:\S+ ERR )?(failed to request quick Tunnel.*|Error unmarshaling QuickTunnel.*)$`)
)

// ngrok needs an account, whose token it finds by itself.
var ngrok = exposer{
	name:    "ngrok",
	command: []string{"ngrok", "http", "127.0.0.1:{port}", "--log", "stdout", "--log-format", "json"},
	proxies: true,
	reader: func(context.Context, string) func(string) meaning {
		return func(line string) meaning {
			var entry struct{ Lvl, Msg, URL, Err string }
			if json.Unmarshal([]byte(line), &entry) != nil {
				return meaning{noise: strings.TrimPrefix(line, "ERROR:") == ""}
			}
			switch {
			case entry.Msg == "started tunnel" && strings.HasPrefix(entry.URL, "https://"):
				return meaning{url: entry.URL}
			case (entry.Lvl == "eror" || entry.Lvl == "crit") && entry.Err != "" && entry.Err != "<nil>":
				return meaning{tell: strings.Join(strings.Fields(entry.Err), " "), noise: true}
			}
			return meaning{noise: true}
		}
	},
}

// tailscale serves this machine's name in the tailnet to everyone.
var tailscale = exposer{
	name:    "tailscale",
	command: []string{"tailscale", "funnel", "{port}"},
	proxies: true,
	reader: func(context.Context, string) func(string) meaning {
		available, visit := false, false
		return func(line string) meaning {
			switch {
			case strings.HasPrefix(line, "Available on the internet"):
				available = true
			case available && strings.HasPrefix(line, "https://"): // the next line that isn't empty
				available = false
				return meaning{url: findURL(line, func(_, host string) bool {
					name, _, _ := strings.Cut(host, ":")
					return strings.HasSuffix(name, ".ts.net")
				})}
			case strings.Contains(line, "visit:"):
				visit = true // the link stands on a line of its own
			case visit && strings.HasPrefix(line, "https://"):
				visit = false
				return meaning{tell: "to enable it, visit " + line}
			}
			return meaning{}
		}
	},
}
