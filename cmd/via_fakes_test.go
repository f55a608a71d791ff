package cmd_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The tests' own exposers: each takes the arguments of the real one, really exposes, on loopback, and prints what the real one
// prints. The port that it exposes at is in the name that it claims to have. They run where the test's binary is called
// by their name.
var fakes = map[string]func(args []string){
	"cloudflared": fakeCloudflared,
	"ngrok":       fakeNgrok,
	"tailscale":   fakeTailscale,
	"expose":      fakeExpose,
}

func init() {
	if fake := fakes[strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")]; fake != nil {
		if _, err := io.Copy(io.Discard, os.Stdin); err != nil { // which must be empty
			die("stdin: %v", err)
		}
		fake(os.Args[1:])
		os.Exit(0)
	}
}

func die(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

// open begins to listen, and gives the port and what serves there: all that comes under the name goes to the local URL.
// A request for /die ends the program.
func open(local string) (port int, serve func(host string)) {
	target, err := url.Parse(local)
	if err != nil {
		die("%v", err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		die("%v", err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	return ln.Addr().(*net.TCPAddr).Port, func(host string) {
		_ = http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path == "/die":
				die("it was \x1b[31mtold\x1b[0m to die")
			case r.Host != host:
				http.Error(w, "no such host: "+r.Host, http.StatusMisdirectedRequest)
			default:
				proxy.ServeHTTP(w, r)
			}
		}))
	}
}

func fakeCloudflared(args []string) {
	if len(args) != 6 || !slices.Equal(args[:5], []string{"tunnel", "--config", os.DevNull, "--no-autoupdate", "--url"}) {
		die("Incorrect Usage: %q", args)
	}
	say := func(format string, args ...any) {
		fmt.Fprintf(os.Stderr, "2026-11-21T10:00:00Z INF "+format+"\n", args...)
	}
	say("Thank you for trying Cloudflare Tunnel. In production use a named tunnel: https://developers.cloudflare.com/cloudflare-one/connections/connect-apps")
	say("Requesting new quick Tunnel on trycloudflare.com...")
	if os.Getenv("FAKE") == "refuse" {
		die(`failed to request quick Tunnel: Post "https://api.trycloudflare.com/tunnel": dial tcp: lookup api.trycloudflare.com: no such host`)
	}
	port, serve := open(args[5])
	host := fmt.Sprintf("fake-%d.trycloudflare.com", port)
	say("+--------------------------------------------------------------------------------------------+")
	say("|  Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):  |")
	say("|  %-88s  |", "https://"+host)
	say("+--------------------------------------------------------------------------------------------+")
	say("Settings: map[ha-connections:1 no-autoupdate:true url:%s]", args[5])
	say("Starting metrics server on 127.0.0.1:20241/metrics")
	say("Registered tunnel connection connIndex=0 connection=7b3c5d5c-3b0f-4a8e-9c3e-000000000000 event=0 ip=198.51.100.7 location=ams07 protocol=quic")
	serve(host)
}

func fakeNgrok(args []string) {
	if len(args) != 6 || args[0] != "http" || !slices.Equal(args[2:], []string{"--log", "stdout", "--log-format", "json"}) {
		die("ERROR:  accepts 1 arg(s): %q", args)
	}
	fmt.Println(`{"lvl":"info","msg":"open config file","path":"/home/me/.config/ngrok/ngrok.yml","err":null,"t":"2026-11-21T10:00:00Z"}`)
	fmt.Println(`{"addr":"127.0.0.1:4040","lvl":"info","msg":"starting web service","obj":"web","t":"2026-11-21T10:00:00Z"}`)
	if os.Getenv("FAKE") == "refuse" {
		fmt.Println(`{"err":"authentication failed: The authtoken you specified is properly formed, but it is invalid.\nYour authtoken: 2abcSECRETdef\r\n\r\nERR_NGROK_107\r\n","lvl":"eror","msg":"failed to auth","obj":"tunnels.session","t":"2026-11-21T10:00:00Z"}`)
		die("ERROR:  authentication failed: The authtoken you specified is properly formed, but it is invalid.\nERROR:  Your authtoken: 2abcSECRETdef\nERROR:  \nERROR:  ERR_NGROK_107\nERROR:  ")
	}
	port, serve := open("http://" + args[1])
	host := fmt.Sprintf("fake-%d.ngrok-free.app", port)
	fmt.Println(`{"lvl":"info","msg":"client session established","obj":"tunnels.session","t":"2026-11-21T10:00:00Z"}`)
	fmt.Printf(`{"addr":"http://%s","lvl":"info","msg":"started tunnel","name":"command_line","obj":"tunnels","t":"2026-11-21T10:00:00Z","url":"https://%s"}`+"\n", args[1], host)
	serve(host)
}

func fakeTailscale(args []string) {
	if len(args) != 2 || args[0] != "funnel" {
		die("invalid argument format: %q", args)
	}
	if os.Getenv("FAKE") == "refuse" {
		fmt.Print("Funnel is not enabled on your tailnet.\nTo enable, visit:\n\n         https://login.tailscale.com/f/funnel?node=nFake\n\n")
		select {} // until it is enabled
	}
	port, serve := open("http://127.0.0.1:" + args[1])
	host := fmt.Sprintf("fake-%d.tail0000.ts.net", port)
	fmt.Printf("Available on the internet:\n\nhttps://%s/\n|-- proxy http://127.0.0.1:%s\n\nPress Ctrl+C to exit.\n", host, args[1])
	serve(host)
}

// fakeExpose is a program that hook doesn't know: it wants --to URL, and tells its own on stdout.
func fakeExpose(args []string) {
	if len(args) != 2 || args[0] != "--to" || args[1] != os.Getenv("HOOK_LOCAL_URL") || !strings.HasSuffix(args[1], ":"+os.Getenv("HOOK_PORT")) {
		die("usage: expose --to URL, not %q", args)
	}
	port, serve := open(args[1])
	host := fmt.Sprintf("127.0.0.1:%d", port)
	fmt.Printf("exposing %s, see https://expose.example/docs\nyour url is: \x1b[36mhttp://%s\x1b[0m\n", args[1], host)
	serve(host)
}
