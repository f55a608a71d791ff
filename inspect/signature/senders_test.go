package signature

import "testing"

// What several senders have in common does not hide who it is.
func TestDetectAmongRelatives(t *testing.T) {
	const svixAgent = "Svix-Webhooks/1.40 (sender-9YMgn; +https://www.svix.com/http-sender/)"
	hub := func(query string) string { return "https://a.example/e/x?hub.mode=subscribe&hub.challenge=1&" + query }
	for _, tt := range []struct {
		want, url, body string
		header          []string
	}{
		{"gogs", "", "{}", []string{"X-Gogs-Event", "push", "X-Gogs-Delivery", "d", "X-GitHub-Event", "push", "X-GitHub-Delivery", "d"}},
		{"gitea", "", "{}", []string{"X-Gitea-Event", "push", "X-Gogs-Event", "push", "X-GitHub-Event", "push"}},
		{"github", "", "{}", []string{"X-GitHub-Event", "push"}},

		{"lithic", "", `{"event_type":"card.created","card_token":"x"}`, nil},
		{"incident-io", "", `{"event_type":"public_incident.incident_created_v2"}`, nil},
		{"render", "", `{"type":"deploy_ended","data":{"serviceId":"srv-1"}}`, nil},
		{"brex", "", `{"event_type":"TRANSFER_PROCESSED","company_id":"c"}`, nil},
		{"replicate", "", `{"id":"x","status":"succeeded","version":"v","urls":{"get":"u"}}`, nil},
		{"clerk", "", `{"type":"user.created","instance_id":"ins_1"}`, nil},
		{"svix", "", `{"type":"user.created","instance_id":"1"}`, nil},

		{"bitbucket-server", "", "{}", []string{"X-Event-Key", "repo:forked", "X-Hub-Signature", "sha256=00", "User-Agent", "Atlassian HttpClient 2.1.5 / Bitbucket-8.9"}},
		{"bitbucket-server", "", "{}", []string{"X-Event-Key", "repo:comment:added"}},
		{"bitbucket-server", "", "{}", []string{"X-Event-Key", "project:modified"}},
		{"bitbucket", "", "{}", []string{"X-Event-Key", "repo:fork", "X-Hook-UUID", "u", "X-Hub-Signature", "sha256=00"}},

		{"meta", hub("hub.verify_token=t"), "", []string{}},
		{"youtube", hub("hub.verify_token=t&hub.topic=x"), "", []string{}},

		{"nmi", "", `{"event_id":"e","event_type":"recurring.subscription.add","event_body":{"subscription_id":"1"}}`, []string{"Webhook-Signature", "t=a,s=b"}},
		{"nmi", "", `{"event_id":"e","event_type":"transaction.sale.success","event_body":{"transaction_id":"1"}}`, []string{}},
		{"standard-webhooks", "", `{"event_id":"e"}`, []string{"Webhook-Signature", "v1,AAAA"}},
	} {
		headers := [][]string{tt.header}
		if tt.header == nil { // sent by Svix, under either of its headers' names
			headers = [][]string{
				{"Svix-Id", "msg_2", "Svix-Timestamp", "1", "Svix-Signature", "v1,x", "User-Agent", svixAgent},
				{"Webhook-Id", "msg_2", "Webhook-Timestamp", "1", "Webhook-Signature", "v1,x", "User-Agent", svixAgent},
			}
		}
		for _, header := range headers {
			r := at(tt.url, requestOf(tt.body, 0, header...))
			for range 20 { // a map's order is random
				if got := Detect(r); got.Provider != Lookup(tt.want) {
					t.Fatalf("%v %s %s: got %+v, want %s", header, tt.url, tt.body, got, tt.want)
				}
			}
		}
	}
}
