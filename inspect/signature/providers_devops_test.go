package signature

import "testing"

const snsNotification = `{
  "Type" : "Notification",
  "MessageId" : "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
  "TopicArn" : "arn:aws:sns:us-west-2:123456789012:MyTopic",
  "SignatureVersion" : "2",
  "Signature" : "EXAMPLE",
  "SigningCertURL" : "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem",
  "Subject" : "My First Message",
  "Timestamp" : "2012-05-02T00:54:06.655Z",
  "Message" : "Hello world!\nIt is a long text, so that two thirds of the body lie in it. It is a long text, so that two thirds of the body lie in it. It is a long text, so that two thirds of the body lie in it. It is a long text, so that two thirds of the body lie in it. It is a long text, so that two thirds of the body lie in it. It is a long text, so that two thirds of the body lie in it. It is a long text, so that two thirds of the body lie in it. It is a long text, so that two thirds of the body lie in it. It is a long text, so that two thirds of the body lie in it. It is a long text, so that two thirds of the body lie in it. It is a long text, so that two thirds of the body lie in it. It is a long text, so that two thirds of the body lie in it. "
}`

const dropboxSignHead = "--boundary\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--boundary\r\n" +
	"Content-Disposition: form-data; name=\"json\"\r\nContent-Type: text/plain\r\n\r\n"

func dropboxSignBody(event string) body {
	return body{"multipart/form-data; boundary=boundary", dropboxSignHead + event + "\r\n--boundary--\r\n"}
}

func init() {
	bodies["aws-sns"] = body{"text/plain; charset=UTF-8", snsNotification}
	bodies["dropbox-sign"] = dropboxSignBody(`{"event":{"event_type":"template_created","event_time":"1348177752","event_hash":"x"}}`)
	bodies["linear"] = body{jsonType, `{"action":"create","type":"Issue","webhookTimestamp":1,"data":{"title":"a title"}}`}
	bodies["travis-ci"] = body{formType, "payload=%7B%22id%22%3A1%2C%22state%22%3A%22passed%22%2C%22type%22%3A%22push%22%7D"}
	bodyUnsigned = append(bodyUnsigned, "azure-devops", "docker-hub", "dropbox-sign", "google-pubsub", "strapi")
}

// What providers have published: requests with their signatures.
func TestDevopsVectors(t *testing.T) {
	const (
		boxStart   = `{"webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file","name":"`
		boxEnd     = `"}}`
		boxBody    = `{"type":"webhook_event","webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file","name":"Test.txt"}}`
		boxTime    = "2020-01-01T00:00:00-07:00"
		boxAt      = 1577862000
		pagerDuty  = `{"event":{"id":"01BWDWL3NYY7LUFPZCC28QUCMK","event_type":"incident.priority_updated","resource_type":"incident","occurred_at":"2021-04-26T17:36:27.458Z","agent":{"html_url":"https://acme.pagerduty.com/users/PLH1HKV","id":"PLH1HKV","self":"https://api.pagerduty.com/users/PLH1HKV","summary":"Tenex Engineer","type":"user_reference"},"client":null,"data":{"id":"PGR0VU2","type":"incident","self":"https://api.pagerduty.com/incidents/PGR0VU2","html_url":"https://acme.pagerduty.com/incidents/PGR0VU2","number":2,"status":"triggered","title":"A little bump in the road","service":{"html_url":"https://acme.pagerduty.com/services/PF9KMXH","id":"PF9KMXH","self":"https://api.pagerduty.com/services/PF9KMXH","summary":"API Service","type":"service_reference"},"assignees":[{"html_url":"https://acme.pagerduty.com/users/PTUXL6G","id":"PTUXL6G","self":"https://api.pagerduty.com/users/PTUXL6G","summary":"User 123","type":"user_reference"}],"escalation_policy":{"html_url":"https://acme.pagerduty.com/escalation_policies/PUS0KTE","id":"PUS0KTE","self":"https://api.pagerduty.com/escalation_policies/PUS0KTE","summary":"Default","type":"escalation_policy_reference"},"teams":[{"html_url":"https://acme.pagerduty.com/teams/PFCVPS0","id":"PFCVPS0","self":"https://api.pagerduty.com/teams/PFCVPS0","summary":"Engineering","type":"team_reference"}],"priority":{"html_url":"https://acme.pagerduty.com/account/incident_priorities","id":"PSO75BM","self":"https://api.pagerduty.com/priorities/PSO75BM","summary":"P1","type":"priority_reference"},"urgency":"high","conference_bridge":{"conference_number":1000,"conference_url":"https://example.com"},"resolve_reason":null}}}`
		signSecret = "324e3b0840f065eb51f3fd63231d0d33daa35d4ed10d27718839e81737065782"
	)
	sign := func(kind, hash string) Request {
		b := dropboxSignBody(`{"account_guid":"63522885f9261e2b04eea043933ee7313eb674fd","event":{"event_time":"1348177752","event_type":"` + kind + `","event_hash":"` + hash + `"}}`)
		return requestOf(b.text, 1348177752, "Content-Type", b.kind)
	}
	hub := requestOf("Hello World!", 0, "X-Hub-Signature", "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9")
	boxed := func(body, primary, secondary string) Request {
		return requestOf(body, boxAt, "Box-Delivery-Timestamp", boxTime, "Box-Signature-Version", "1", "Box-Signature-Algorithm", "HmacSHA256",
			"Box-Signature-Primary", primary, "Box-Signature-Secondary", secondary)
	}
	const first, second = "6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI=", "v+1CD1Jdo3muIcbpv5lxxgPglOqMfsNHPV899xWYydo="
	for _, v := range []struct {
		source, provider, secret string
		request                  Request
	}{
		{"support.atlassian.com, Manage webhooks", "bitbucket", "It's a Secret to Everybody", hub},
		{"developer.atlassian.com, Webhooks", "jira", "It's a Secret to Everybody", hub},
		{"box-node-sdk, primary", "box", "SamplePrimaryKey", boxed(boxBody, first, second)},
		{"box-node-sdk, secondary", "box", "SampleSecondaryKey", boxed(boxBody, first, second)},
		{"box-node-sdk, Japanese", "box", "SamplePrimaryKey", boxed(boxStart+"スクリーンショット 2020-08-05.txt"+boxEnd, "LV2uCu+5NJtIHrCXDYgZ0v/PP5THGRuegw3RtdnEyuE=", second)},
		{"box-node-sdk, emoji", "box", "SamplePrimaryKey", boxed(boxStart+"😀 2020-08-05.txt"+boxEnd, "xF/SDZosX4le+v4A0Qn59sZhuD1RqY5KRUKzVMSbh0E=", second)},
		{"box-node-sdk, carriage return", "box", "SamplePrimaryKey", boxed(boxStart+`test \r`+boxEnd, "SVkbKgy3dEEf2PbbzpNu2lDZS7zZ/aboU7HOZgBGrJk=", second)},
		{"box-node-sdk, slash", "box", "SamplePrimaryKey", boxed(boxStart+`\/`+boxEnd, "t41PWT5ZB6OcysnD6SDy9Ud+p9hdXxIdXqcdweyZv/Q=", second)},
		{"circleci.com, Outbound webhooks", "circleci", "secret", requestOf("hello world", 0, "Circleci-Signature", "v1=734cc62f32841568f45715aeb9f4d7891324e6d948e4c6c60c0621cdac48623a")},
		{"circleci.com, Outbound webhooks", "circleci", "another-secret", requestOf("lalala", 0, "Circleci-Signature", "v1=daa220016c8f29a8b214fbfc3671aeec2145cfb1e6790184ffb38b6d0425fa00")},
		{"circleci.com, Outbound webhooks", "circleci", "hunter123", requestOf("an-important-request-payload", 0, "Circleci-Signature", "v2=aaaa,v1=9be2242094a9a8c00c64306f382a7f9d691de910b4a266f67bd314ef18ac49fa")},
		{"discourse, emit_web_hook_event_spec.rb", "discourse", "my_lovely_secret_for_web_hook", requestOf(`{"ping":"OK"}`, 0, "X-Discourse-Event-Signature", "sha256=162f107f6b5022353274eb1a7197885cfd35744d8d08e5bcea025d309386b7d6")},
		{"hellosign-openapi, EventCallbackHelper", "dropbox-sign", signSecret, sign("signature_request_sent", "08d45a6b7677492b78be030cef18cfeaece8fe67e163cc8e526ee638ad483756")},
		{"hellosign-openapi, EventCallbackHelper", "dropbox-sign", signSecret, sign("template_created", "4a9b22fa68d5addb8b6313eea9d42ecb393903a4240b71503ef78e9dac6c100d")},
		{"go-pagerduty, webhookv3_test.go", "pagerduty", "lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK", requestOf(pagerDuty, 0, "X-Pagerduty-Signature", "v1=0c0b9495b893a39e70d1fea2fe11fbe0a825f88b9f67846f6cc07dd2bc5476cd")},
		{"@sanity/webhook, signature.test.ts", "sanity", "test", requestOf(`{"_id":"resume"}`, 1633519811, "Sanity-Webhook-Signature", "t=1633519811129,v1=tLa470fx7qkLLEcMOcEUFuBbRSkGujyskxrNXcoh0N0")},
		{"@sanity/webhook, signature.test.ts", "sanity", "try-me", requestOf(`{"title":"GROQ-Hooks are neat"}`, 1633518820, "Sanity-Webhook-Signature", "t=1633518820676,v1=e7C9h2sfbFfc4V7TEz7PSOp4IoNzl0UdVsBV-1wgdeA")},
	} {
		p := Lookup(v.provider)
		if got := p.Verify(v.request, secretsOf(v.secret)); got.Verdict != Valid || got.Expected != got.Got && v.provider != "box" {
			t.Errorf("%s (%s): got %+v, want it valid", v.provider, v.source, got)
		}
		if got := p.Verify(v.request, secretsOf("another"+v.secret)); got.Reason != ReasonMismatch {
			t.Errorf("%s (%s): another secret: got %s", v.provider, v.source, got.Reason)
		}
	}
}

func TestDevopsMeta(t *testing.T) {
	form := []string{"Content-Type", formType}
	for _, tt := range []struct {
		provider, body string
		header         []string
		want           Meta
	}{
		{"aws-sns", snsNotification, nil, Meta{EventType: "Notification", ID: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", Account: "arn:aws:sns:us-west-2:123456789012:MyTopic"}},
		{"aws-sns", "raw", []string{"X-Amz-Sns-Message-Type", "Notification", "X-Amz-Sns-Message-Id", "m1"}, Meta{EventType: "Notification", ID: "m1"}},
		{"autodesk", `{"version":"1.0","hook":{"hookId":"h","tenant":"urn:1","event":"dm.version.added"}}`, []string{"X-Adsk-Delivery-Id", "d1"}, Meta{EventType: "dm.version.added", ID: "d1", Account: "urn:1"}},
		{"azure-devops", `{"subscriptionId":"s","id":"e1","eventType":"git.push","publisherId":"tfs","resource":{"repository":{"name":"app"}}}`, nil, Meta{EventType: "git.push", ID: "e1", Account: "app"}},
		{"bitbucket", `{"repository":{"full_name":"a/b"}}`, []string{"X-Event-Key", "repo:push", "X-Request-Uuid", "r1"}, Meta{EventType: "repo:push", ID: "r1", Account: "a/b"}},
		{"bitbucket-server", `{"repository":{"slug":"app","project":{"key":"PRJ"}}}`, []string{"X-Event-Key", "repo:refs_changed", "X-Request-Id", "r2"}, Meta{EventType: "repo:refs_changed", ID: "r2", Account: "PRJ/app"}},
		{"box", `{"type":"webhook_event","webhook":{"id":"12"},"trigger":"FILE.UPLOADED"}`, []string{"Box-Delivery-Id", "d1"}, Meta{EventType: "FILE.UPLOADED", ID: "d1", Account: "12"}},
		{"buildkite", `{"event":"build.finished","build":{"id":"b1"},"pipeline":{"slug":"app"}}`, []string{"X-Buildkite-Event", "build.finished"}, Meta{EventType: "build.finished", ID: "b1:build.finished", Account: "app"}},
		{"castle", `{"api_version":"v1","app_id":"382","type":"$incident.confirmed","created_at":"2021-01-01T00:00:00Z","data":{"id":"x"}}`, nil, Meta{EventType: "$incident.confirmed", ID: "x:$incident.confirmed:2021-01-01T00:00:00Z", Account: "382"}},
		{"circleci", `{"type":"workflow-completed","id":"e1","project":{"slug":"github/a/b"}}`, nil, Meta{EventType: "workflow-completed", ID: "e1", Account: "github/a/b", Mode: ModeLive}},
		{"contentful", `{"sys":{"space":{"sys":{"id":"sp1"}}}}`, []string{"X-Contentful-Topic", "ContentManagement.Entry.publish"}, Meta{EventType: "ContentManagement.Entry.publish", Account: "sp1"}},
		{"discourse", `{}`, []string{"X-Discourse-Event", "post_created", "X-Discourse-Event-Id", "7", "X-Discourse-Instance", "https://meta.example"}, Meta{EventType: "post_created", ID: "7", Account: "https://meta.example"}},
		{"docker-hub", `{"callback_url":"https://x","push_data":{"pushed_at":1417566161,"tag":"latest"},"repository":{"repo_name":"svendowideit/testhook"}}`, nil, Meta{EventType: "push:latest", ID: "svendowideit/testhook:1417566161", Account: "svendowideit/testhook"}},
		{"dropbox-sign", dropboxSignBody(`{"account_guid":"a1","event":{"event_type":"signature_request_sent","event_hash":"h"},"signature_request":{"signature_request_id":"s1"}}`).text,
			[]string{"Content-Type", "multipart/form-data; boundary=boundary"}, Meta{EventType: "signature_request_sent", ID: "h:s1", Account: "a1"}},
		{"expo", `{"id":"b1","accountName":"a","projectName":"p","platform":"ios","status":"finished"}`, nil, Meta{EventType: "ios.finished", ID: "b1:finished", Account: "a/p"}},
		{"forgejo", `{"action":"opened","repository":{"full_name":"a/b"}}`, []string{"X-Forgejo-Event", "pull_request", "X-Forgejo-Delivery", "d1"}, Meta{EventType: "pull_request.opened", ID: "d1", Account: "a/b"}},
		{"gitea", "payload=%7B%22action%22%3A%22closed%22%2C%22repository%22%3A%7B%22full_name%22%3A%22a%2Fb%22%7D%7D", append(form, "X-Gitea-Event", "issues"), Meta{EventType: "issues.closed", Account: "a/b"}},
		{"gogs", `{"ref":"refs/heads/main"}`, []string{"X-Gogs-Event", "push", "X-Gogs-Delivery", "d2"}, Meta{EventType: "push", ID: "d2"}},
		{"ghost", `{"event":"post.published","post":{"current":{"id":"1"}}}`, nil, Meta{EventType: "post.published"}},
		{"google-pubsub", `{"message":{"attributes":{"eventType":"OBJECT_FINALIZE"},"messageId":"m1"},"subscription":"projects/p/subscriptions/s"}`, nil, Meta{EventType: "OBJECT_FINALIZE", ID: "m1", Account: "projects/p/subscriptions/s"}},
		{"heroku", `{"action":"create","resource":"release","data":{"app":{"name":"app"}},"webhook_metadata":{"event":{"id":"e1","include":"api:release"}}}`, nil, Meta{EventType: "release.create", ID: "e1", Account: "app"}},
		{"hygraph", `{"operation":"publish","data":{"__typename":"Post","stage":"PUBLISHED"}}`, nil, Meta{EventType: "Post.publish", Account: "PUBLISHED"}},
		{"incident-io", `{"event_type":"public_incident.incident_created_v2"}`, []string{"Webhook-Id", "msg_1"}, Meta{EventType: "public_incident.incident_created_v2", ID: "msg_1"}},
		{"jira", `{"webhookEvent":"jira:issue_created","issue":{"fields":{"project":{"key":"ODF"}}}}`, []string{"X-Atlassian-Webhook-Identifier", "w1"}, Meta{EventType: "jira:issue_created", ID: "w1", Account: "ODF"}},
		{"launchdarkly", `{"_id":"l1","_accountId":"a1","kind":"flag","accesses":[{"action":"updateOn"}]}`, nil, Meta{EventType: "flag.updateOn", ID: "l1", Account: "a1"}},
		{"linear", `{"action":"update","type":"Issue","data":{"team":{"key":"ENG"}}}`, []string{"Linear-Event", "Issue", "Linear-Delivery", "d1"}, Meta{EventType: "Issue.update", ID: "d1", Account: "ENG"}},
		{"mongodb-atlas", `{"id":"a1","status":"OPEN","updated":"2020-01-01T00:00:00Z","groupId":"g1","eventTypeName":"NO_PRIMARY"}`, []string{"X-Mms-Event", "alert.open"}, Meta{EventType: "alert.open", ID: "a1:OPEN:2020-01-01T00:00:00Z", Account: "g1"}},
		{"netlify", `{"id":"d1","site_id":"s1","state":"ready","name":"www"}`, []string{"X-Netlify-Event", "deploy_created"}, Meta{EventType: "deploy_created", ID: "d1:ready", Account: "www"}},
		{"notion", `{"id":"e1","type":"page.created","workspace_id":"w1"}`, nil, Meta{EventType: "page.created", ID: "e1", Account: "w1"}},
		{"npm", `{"event":"package:publish","name":"left-pad","time":1603379941037}`, nil, Meta{EventType: "package:publish", ID: "left-pad:package:publish:1603379941037", Account: "left-pad"}},
		{"pagerduty", `{"event":{"id":"e1","event_type":"incident.triggered","data":{"id":"P1","service":{"summary":"API"}}}}`, nil, Meta{EventType: "incident.triggered", ID: "e1", Account: "API", Mode: ModeLive}},
		{"render", `{"type":"deploy_ended","data":{"id":"evt-1","serviceId":"srv-1","serviceName":"api"}}`, []string{"Webhook-Id", "evt-1"}, Meta{EventType: "deploy_ended", ID: "evt-1", Account: "api"}},
		{"sanity", `{"_type":"post"}`, []string{"Sanity-Operation", "update", "Idempotency-Key", "k1", "Sanity-Project-Id", "p1"}, Meta{EventType: "post.update", ID: "k1", Account: "p1"}},
		{"sentry", `{"action":"created","data":{"issue":{"project":{"slug":"api"}}}}`, []string{"Sentry-Hook-Resource", "issue", "Request-ID", "r1"}, Meta{EventType: "issue.created", ID: "r1", Account: "api"}},
		{"signal-sciences", `{"created":"2024-02-09T21:08:21Z","type":"flag","payload":{"ID":"i1","SiteID":"s1"}}`, nil, Meta{EventType: "flag", ID: "i1:2024-02-09T21:08:21Z", Account: "s1"}},
		{"smartcar", `{"eventId":"e1","eventType":"VEHICLE_STATE","data":{"vehicle":{"id":"v1"}},"meta":{"mode":"SIMULATED"}}`, nil, Meta{EventType: "VEHICLE_STATE", ID: "e1", Account: "v1", Mode: ModeTest}},
		{"sonatype-nexus", `{"action":"CREATED","repositoryName":"maven"}`, []string{"X-Nexus-Webhook-Id", "rm:repository:component", "X-Nexus-Webhook-Delivery", "d1"}, Meta{EventType: "rm:repository:component.CREATED", ID: "d1", Account: "maven"}},
		{"statsig", `{"data":[{"eventName":"statsig::config_change","metadata":{"projectName":"app"},"timeUUID":"u1"}]}`, nil, Meta{EventType: "statsig::config_change", ID: "u1", Account: "app"}},
		{"strapi", `{"event":"entry.create","model":"address"}`, []string{"X-Strapi-Event", "entry.create"}, Meta{EventType: "entry.create", Account: "address"}},
		{"tailscale", `[{"timestamp":"2022-09-21T13:37:51.658918Z","version":1,"type":"nodeCreated","tailnet":"example.com","data":{"nodeID":"n1"}}]`, nil,
			Meta{EventType: "nodeCreated", ID: "nodeCreated:2022-09-21T13:37:51.658918Z:n1", Account: "example.com", Mode: ModeLive}},
		{"terraform-cloud", `{"run_id":"run-1","organization_name":"o","workspace_name":"w","notifications":[{"trigger":"run:completed","run_updated_at":"t"}]}`, nil, Meta{EventType: "run:completed", ID: "run-1:run:completed:t", Account: "o/w"}},
		{"terraform-cloud", `{"stage":"post_plan","task_result_id":"taskrs-1","organization_name":"o"}`, nil, Meta{EventType: "post_plan", ID: "taskrs-1", Account: "o"}},
		{"travis-ci", "payload=%7B%22id%22%3A1%2C%22state%22%3A%22passed%22%2C%22type%22%3A%22push%22%7D", append(form, "Travis-Repo-Slug", "a/b"), Meta{EventType: "push.passed", ID: "1:passed", Account: "a/b"}},
		{"vercel", `{"id":"e1","type":"deployment.created","payload":{"name":"app"}}`, nil, Meta{EventType: "deployment.created", ID: "e1", Account: "app"}},
		{"webflow", `{"triggerType":"form_submission","payload":{"id":"f1","siteId":"s1"}}`, nil, Meta{EventType: "form_submission", ID: "f1", Account: "s1"}},
		{"workos", `{"id":"e1","event":"user.created","data":{"organization_id":"org_1"}}`, nil, Meta{EventType: "user.created", ID: "e1", Account: "org_1"}},
	} {
		r := requestOf(tt.body, 0, tt.header...)
		if got := Lookup(tt.provider).Meta(r); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.provider, got, tt.want)
		}
	}
}

// Who sent it is told from what a real request has, among what others' have too.
func TestDevopsDetection(t *testing.T) {
	for _, tt := range []struct {
		body, provider string
		header         []string
	}{
		{snsNotification, "aws-sns", []string{"Content-Type", "text/plain; charset=UTF-8"}},
		{"{}", "forgejo", []string{"X-Forgejo-Event", "push", "X-Gitea-Event", "push", "X-Gogs-Event", "push", "X-GitHub-Event", "push", "X-Hub-Signature-256", "sha256=00"}},
		{"{}", "gitea", []string{"X-Gitea-Event", "push", "X-Gogs-Event", "push", "X-GitHub-Event", "push", "X-Hub-Signature", "sha1=00"}},
		{"{}", "gogs", []string{"X-Gogs-Event", "push", "X-Gogs-Signature", "00"}},
		{"{}", "bitbucket", []string{"X-Event-Key", "repo:push", "X-Hook-UUID", "u", "X-Hub-Signature", "sha256=00"}},
		{"{}", "bitbucket", []string{"X-Event-Key", "pullrequest:created"}},
		{"{}", "bitbucket-server", []string{"X-Event-Key", "repo:refs_changed", "X-Hub-Signature", "sha256=00"}},
		{"{}", "bitbucket-server", []string{"X-Event-Key", "pr:opened"}},
		{`{"webhookEvent":"jira:issue_created"}`, "jira", []string{"X-Hub-Signature", "sha256=00"}},
		{`{"type":"deploy_ended","data":{"serviceId":"srv-1"}}`, "render", []string{"Webhook-Id", "evt-1", "Webhook-Signature", "v1,"}},
		{`{"event_type":"public_incident.incident_created_v2"}`, "incident-io", []string{"Webhook-Id", "msg_1", "Webhook-Signature", "v1,"}},
		{`{"id":"1"}`, "netlify", []string{"X-Webhook-Signature", "eyJhbGciOiJIUzI1NiJ9.e30.x"}},
		{`{"message":{"messageId":"1"},"subscription":"projects/p/subscriptions/s"}`, "google-pubsub", []string{"Authorization", "Bearer x"}},
		{`{"publisherId":"tfs","eventType":"git.push","subscriptionId":"s"}`, "azure-devops", []string{"Authorization", "Basic x"}},
		{`{"push_data":{"tag":"latest"},"repository":{"repo_name":"a/b"}}`, "docker-hub", nil},
		{bodies["dropbox-sign"].text, "dropbox-sign", []string{"Content-Type", bodies["dropbox-sign"].kind}},
		{`{"verification_token":"secret_x"}`, "notion", nil},
		{"{}", "terraform-cloud", []string{"X-TFC-Task-Signature", "00"}},
		{"payload=%7B%7D", "travis-ci", []string{"Travis-Repo-Slug", "a/b", "Signature", "x"}},
	} {
		if got := Detect(requestOf(tt.body, 0, tt.header...)); got.Provider != Lookup(tt.provider) {
			t.Errorf("%v %.60s: got %+v, want %s", tt.header, tt.body, got, tt.provider)
		}
	}
	names := []string{
		"autodesk", "azure-devops", "box", "buildkite", "castle", "circleci", "contentful", "discourse", "expo", "forgejo", "gitea", "ghost", "gogs",
		"heroku", "hygraph", "launchdarkly", "linear", "mongodb-atlas", "notion", "npm", "pagerduty", "sanity", "sentry", "signal-sciences", "smartcar",
		"sonatype-nexus", "statsig", "tailscale", "terraform-cloud", "trend-micro", "vercel", "webflow", "workos",
	}
	for _, name := range names {
		p := Lookup(name)
		if r := signed(t, p, secretOf(t, p)); name != "azure-devops" && Detect(r).Provider != p {
			t.Errorf("%s: its signed request is taken for one of %+v", name, Detect(r))
		}
	}
}

func TestDevopsHandshakes(t *testing.T) {
	const plain, js = "text/plain; charset=utf-8", "application/json"
	for _, tt := range []struct {
		provider, body, kind string
		header               []string
		status               int
		want, asks           string
	}{
		{"aws-sns", `{"Type":"SubscriptionConfirmation","SubscribeURL":"https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription"}`, "", nil, 200, "", "the confirmation of an Amazon SNS subscription"},
		{"aws-sns", `{"Type":"SubscriptionConfirmation","SubscribeURL":"https://sns.example/?Action=ConfirmSubscription"}`, "", nil, 0, "", ""},
		{"aws-sns", `{"Type":"SubscriptionConfirmation","SubscribeURL":"https://sns.us-west-2.amazonaws.com@evil.example/"}`, "", nil, 0, "", ""},
		{"aws-sns", `{"Type":"SubscriptionConfirmation","SubscribeURL":"javascript:alert(1)"}`, "", nil, 0, "", ""},
		{"aws-sns", snsNotification, "", nil, 0, "", ""},
		{"dropbox-sign", dropboxSignBody(`{"event":{"event_type":"callback_test"}}`).text, plain, []string{"Content-Type", "multipart/form-data; boundary=boundary"}, 200, "Hello API Event Received", "Dropbox Sign's test of the URL"},
		{"dropbox-sign", dropboxSignBody(`{"event":{"event_type":"template_created"}}`).text, plain, []string{"Content-Type", "multipart/form-data; boundary=boundary"}, 0, "", ""},
		{"notion", `{"verification_token":"secret_x"}`, "", nil, 200, "", "the URL verification of Notion"},
		{"notion", `{"type":"page.created"}`, "", nil, 0, "", ""},
		{"smartcar", `{"eventType":"VERIFY","data":{"challenge":"3a5c8f2b"}}`, js, []string{"Sc-Signature", "4d6bbf93209a369420628da31e5c9a2955d8dbaef3b185187e42102fbbc06cfd"}, 200, `{"challenge":"4dad36cd18dd8e72e2b9a7d6a8bb9e089f00b86d449a979cc23dc77f22395969"}`, "the URL verification of Smartcar"},
		{"smartcar", `{"eventType":"VERIFY","data":{"challenge":"3a5c8f2b"}}`, js, nil, 0, "", ""},
		{"smartcar", `{"eventType":"VEHICLE_STATE","data":{"challenge":"3a5c8f2b"}}`, js, nil, 0, "", ""},
		{"statsig", `{"data":{"event":"url_verification","verification_code":"a\"b"}}`, js, nil, 200, `{"verification_code":"a\"b"}`, "the URL verification of Statsig"},
		{"statsig", `{"data":[{"eventName":"statsig::config_change"}]}`, js, nil, 0, "", ""},
		{"terraform-cloud", `{"payload_version":1,"notifications":[{"trigger":"verification"}]}`, "", nil, 200, "", "the URL verification of HCP Terraform"},
		{"terraform-cloud", `{"stage":"test","access_token":"test-token"}`, "", nil, 200, "", "the URL verification of HCP Terraform"},
		{"terraform-cloud", `{"notifications":[{"trigger":"run:completed"}]}`, "", nil, 0, "", ""},
		{"bitbucket-server", `{"test":true}`, "", []string{"X-Event-Key", "diagnostics:ping"}, 200, "", "Bitbucket's test of the connection"},
	} {
		a, ok := Lookup(tt.provider).Handshake(requestOf(tt.body, 0, tt.header...), secretsOf("token"))
		if ok != (tt.status != 0) {
			t.Errorf("%s %.60s: answered: %t", tt.provider, tt.body, ok)
			continue
		}
		if ok && (a.Status != tt.status || a.Body != tt.want || a.Asks != tt.asks || a.Header.Get("Content-Type") != tt.kind) {
			t.Errorf("%s %.60s: got %+v", tt.provider, tt.body, a)
		}
	}
	if _, ok := Lookup("smartcar").Handshake(requestOf(`{"eventType":"VERIFY","data":{"challenge":"x"}}`, 0), nil); ok {
		t.Error("smartcar: a challenge is answered without a secret")
	}
}
