package signature

import (
	"slices"
	"testing"
)

func init() {
	bodies["favro"] = body{jsonType, `{"payloadId":"AbCdEf012345==","action":"created","hookId":"5c1a","card":{"cardId":"c1"}}`}
	bodies["figma"] = body{jsonType, `{"event_type":"FILE_UPDATE","passcode":"x","webhook_id":"22","file_key":"k"}`}
	bodies["meraki"] = body{jsonType, `{"version":"0.1","sharedSecret":"x","organizationId":"1","alertType":"Settings changed"}`}
	bodies["microsoft-graph"] = body{jsonType, `{"value":[{"subscriptionId":"s1","clientState":"x","changeType":"created","resource":"me/messages"}]}`}
	bodies["sharepoint"] = body{jsonType, `{"value":[{"subscriptionId":"s1","clientState":"x","siteUrl":"/sites/a"}]}`}
	bodyUnsigned = append(bodyUnsigned, "adobe-sign", "auth0", "favro", "figma", "google-calendar", "google-drive", "jotform", "meraki",
		"microsoft-graph", "monday", "okta", "pipedrive", "sharepoint")
}

// What has been published: requests with their signatures, in the providers' documentation and in the tests of libraries,
// most of them the providers' own.
func TestWorkVectors(t *testing.T) {
	const (
		hubKey   = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
		hubURL   = "https://www.example.com/webhook_uri"
		hubEvent = `[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation",` +
			`"attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]`
		hubText = `{'example_field':'example_value'}`
		check   = `{"payload":{"resource_type":"check","action":"check.completed","object":{"id":"f2302f45-227d-413d-ad61-09ec077a086a","status":"complete",` +
			`"completed_at_iso8601":"2024-04-04T09:21:21Z","href":"https://api.onfido.com/v3.6/checks/f2302f45-227d-413d-ad61-09ec077a086a"}}}`
		ping = `{"base": {"id": "app00000000000000"}, "webhook": {"id": "ach00000000000000"}, "timestamp": "2022-02-01T21:25:05.663Z"}`
	)
	older := func(version, body, signature string) Request {
		return at(hubURL, requestOf(body, 0, "X-HubSpot-Signature-Version", version, "X-HubSpot-Signature", signature))
	}
	for _, v := range []struct {
		source, provider, secret string
		request                  Request
	}{
		{"developers.hubspot.com, v1", "hubspot", hubKey, older("v1", hubEvent, "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de")},
		{"developers.hubspot.com, v2 GET", "hubspot", hubKey, by("GET", older("v2", "", "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"))},
		{"hubspot-api-php, SignatureTest, v2 POST", "hubspot", hubKey,
			older("v2", `{"example_field":"example_value"}`, "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900")},
		{"hubspot-api-python, test_signature.py, v1", "hubspot", hubKey, older("v1", hubText, "69fc6631a867edd4f9e9e627fc5c1148e3fbdd8b21837b6d2b8901c1fa57f750")},
		{"hubspot-api-python, test_signature.py, no version", "hubspot", hubKey,
			requestOf(hubText, 0, "X-HubSpot-Signature", "69fc6631a867edd4f9e9e627fc5c1148e3fbdd8b21837b6d2b8901c1fa57f750")},
		{"hubspot-api-python, test_signature.py, v2", "hubspot", hubKey, older("v2", hubText, "4fe4e3a7d3cf09db53be39d0a58130e2aaba074ec123a9e355b876a689a1c383")},
		{"hubspot-api-python, test_signature.py, v3", "hubspot", hubKey, at(hubURL, requestOf(hubText, 15000, "X-HubSpot-Request-Timestamp", "15000000",
			"X-HubSpot-Signature-v3", "HPW73RUtKmcYoEDADG0s6MmGFWUzWJKAW07r8RDgcQw="))},
		{"onfido-ruby, classic_webhook_event_verifier_spec.rb", "onfido", "wU99mE6jJ7nXOLFwZ0tJymM1lpI15pZh",
			requestOf(check, 0, "X-SHA2-Signature", "77ebc3e418f26be6eebb47f7ebe551321de26734fc273961e075fc9ab163d9c7")},
		{"hapi-dropbox-webhooks, test/index.js", "dropbox", "the_secret",
			requestOf(`{"delta": {"users": [12345]}}`, 0, "X-Dropbox-Signature", "0a8c16b085420b960dc78664279fe09e936a2a01b1f91064869d9e77dfd64529")},
		{"pyairtable, test_models_webhook.py", "airtable", "c2VjcmV0LWtleQ==",
			requestOf(ping, 0, "X-Airtable-Content-MAC", "hmac-sha256=e26da696a90933647bddc83995c3e1e3bb1c3d8ce1ff61cb7469767d50b2b2d4")},
	} {
		p := Lookup(v.provider)
		wantResult(t, p.Verify(v.request, secretsOf(v.secret)), Valid, ReasonOK)
		wantResult(t, p.Verify(v.request, secretsOf("AAAA"+v.secret)), Invalid, ReasonMismatch)
		if got := Detect(v.request).Provider; got != p {
			t.Errorf("%s: taken for %+v", v.source, got)
		}
		v.request.Body = append([]byte("x"), v.request.Body...)
		if got := p.Verify(v.request, secretsOf(v.secret)); got.Reason != ReasonMismatch {
			t.Errorf("%s: another body: got %s", v.source, got.Reason)
		}
	}
}

// Each line is a request as the provider sends it; without headers the body alone tells.
func TestWorkMeta(t *testing.T) {
	const jotform = "--b\r\nContent-Disposition: form-data; name=\"formID\"\r\n\r\n2401\r\n--b\r\nContent-Disposition: form-data; name=\"submissionID\"\r\n\r\n57\r\n--b--\r\n"
	for _, tt := range []struct {
		provider, body string
		header         []string
		want           Meta
	}{
		{"adobe-sign", `{"webhookId":"w1","webhookName":"all","webhookNotificationId":"n1","event":"AGREEMENT_CREATED"}`, []string{"X-AdobeSign-ClientId", "UB7E"},
			Meta{"AGREEMENT_CREATED", "n1", "all", ""}},
		{"airtable", `{"base":{"id":"app1"},"webhook":{"id":"ach1"},"timestamp":"2022-02-01T21:25:05.663Z"}`, nil, Meta{"", "ach1:2022-02-01T21:25:05.663Z", "app1", ""}},
		{"asana", `{"events":[{"action":"changed","resource":{"gid":"12","resource_type":"task"},"created_at":"2024-01-01T00:00:00Z"}]}`,
			[]string{"X-Hook-Signature", "00"}, Meta{"task.changed", "12:changed:2024-01-01T00:00:00Z", "", ""}},
		{"asana", `{"events":[]}`, []string{"X-Hook-Signature", "00"}, Meta{}},
		{"auth0", `[{"log_id":"900","data":{"type":"s","tenant_name":"acme"}}]`, []string{"Authorization", "tok"}, Meta{"s", "900", "acme", ""}},
		{"auth0", `{"log_id":"901","data":{"type":"fp","tenant_name":"acme"}}`, nil, Meta{"fp", "901", "acme", ""}},
		{"cal-com", `{"triggerEvent":"BOOKING_CREATED","createdAt":"2023-05-24","payload":{"uid":"b1","organizer":{"email":"a@b.c"}}}`,
			[]string{"X-Cal-Signature-256", "no-secret-provided"}, Meta{"BOOKING_CREATED", "b1:BOOKING_CREATED:2023-05-24", "a@b.c", ""}},
		{"calendly", `{"event":"invitee.created","created_at":"t","created_by":"u","payload":{"uri":"i"}}`, []string{"Calendly-Webhook-Signature", "t=1,v1=0"},
			Meta{"invitee.created", "i:invitee.created:t", "u", ""}},
		{"clerk", `{"data":{"id":"user_1"},"instance_id":"ins_1","object":"event","type":"user.created"}`, []string{"svix-id", "msg_1", "svix-signature", "v1,x"},
			Meta{"user.created", "msg_1", "ins_1", ""}},
		{"clickup", `{"event":"taskUpdated","history_items":[{"id":"28"}],"task_id":"1vj","webhook_id":"w1"}`, []string{"X-Signature", "00"}, Meta{"taskUpdated", "28", "w1", ""}},
		{"docusign", `{"event":"envelope-completed","data":{"accountId":"a1","envelopeId":"e1"}}`, []string{"X-DocuSign-Signature-1", "x"},
			Meta{"envelope-completed", "e1:envelope-completed", "a1", ""}},
		{"dropbox", `{"list_folder":{"accounts":["dbid:1"]},"delta":{"users":[1]}}`, nil, Meta{"list_folder", "", "dbid:1", ""}},
		{"dropbox", `{}`, []string{"X-Dropbox-Signature", "00"}, Meta{}},
		{"favro", `{"payloadId":"p1","hookId":"h1","action":"created","card":{},"comment":{}}`, []string{"X-Favro-Webhook", "x"}, Meta{"comment.created", "p1", "h1", ""}},
		{"favro", `{"payloadId":"p2","hookId":"h1","action":"ping"}`, []string{"X-Favro-Webhook", "x"}, Meta{"ping", "p2", "h1", ""}},
		{"figma", `{"event_type":"FILE_UPDATE","file_key":"k","file_name":"Logo","passcode":"s","timestamp":"t","webhook_id":"22"}`, nil,
			Meta{"FILE_UPDATE", "22:FILE_UPDATE:t:k", "Logo", ""}},
		{"front", `{"type":"inbound_received","authorization":{"id":"cmp_1"},"payload":{"id":"evt_1"}}`, []string{"X-Front-Signature", "x"},
			Meta{"inbound_received", "evt_1", "cmp_1", ""}},
		{"front", `{"id":"evt_2","type":"assign"}`, []string{"X-Front-Signature", "x"}, Meta{"assign", "evt_2", "", ""}},
		{"fusionauth", `{"event":{"id":"e1","type":"user.create","tenantId":"t1"}}`, []string{"X-FusionAuth-Signature-JWT", "a.b.c"}, Meta{"user.create", "e1", "t1", ""}},
		{"google-calendar", "", []string{"X-Goog-Channel-Id", "c1", "X-Goog-Message-Number", "10", "X-Goog-Resource-State", "exists", "X-Goog-Resource-Id", "r1",
			"X-Goog-Resource-Uri", "https://www.googleapis.com/calendar/v3/calendars/a/events"}, Meta{"exists", "c1:10", "r1", ""}},
		{"google-drive", "", []string{"X-Goog-Channel-Id", "c1", "X-Goog-Message-Number", "1", "X-Goog-Resource-State", "sync",
			"X-Goog-Resource-Uri", "https://www.googleapis.com/drive/v3/changes"}, Meta{"sync", "c1:1", "", ""}},
		{"hubspot", `[{"eventId":1,"portalId":62515,"subscriptionType":"contact.creation"},{"eventId":2}]`, []string{"X-HubSpot-Signature", "0"},
			Meta{"contact.creation", "1", "62515", ""}},
		{"jotform", jotform, []string{"Content-Type", "multipart/form-data; boundary=b"}, Meta{"submission", "57", "2401", ""}},
		{"linkedin", `{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[{"notificationId":7,"action":"LIKE","organizationalEntity":"urn:li:organization:1"}]}`,
			[]string{"X-LI-Signature", "0"}, Meta{"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS.LIKE", "7", "urn:li:organization:1", ""}},
		{"linkedin", `{"type":"LEAD_ACTION","leadAction":"CREATED","owner":{"organization":"urn:li:organization:2"}}`,
			[]string{"X-LI-Signature", "0"}, Meta{"LEAD_ACTION.CREATED", "", "urn:li:organization:2", ""}},
		{"meraki", `{"sharedSecret":"s","organizationId":"1","organizationName":"Acme","alertId":"a1","alertType":"Settings changed","alertTypeId":"settings_changed","alertData":{"isTest":true}}`,
			nil, Meta{"settings_changed", "a1", "Acme", ModeTest}},
		{"microsoft-graph", `{"value":[{"id":"n1","subscriptionId":"s1","changeType":"created","tenantId":"t1"}]}`, nil, Meta{"created", "n1", "t1", ""}},
		{"microsoft-graph", `{"value":[{"subscriptionId":"s1","lifecycleEvent":"missed"}]}`, nil, Meta{"missed", "", "s1", ""}},
		{"monday", `{"event":{"type":"update_column_value","boardId":771,"triggerUuid":"u1"}}`, nil, Meta{"update_column_value", "u1", "771", ""}},
		{"okta", `{"eventType":"com.okta.event_hook","eventTypeVersion":"1.0","cloudEventsVersion":"0.1","source":"https://a.okta.com","eventId":"e1","data":{"events":[{"eventType":"group.user_membership.add"}]}}`,
			nil, Meta{"group.user_membership.add", "e1", "https://a.okta.com", ""}},
		{"onfido", `{"payload":{"resource_type":"check","action":"check.completed","object":{"id":"c1"}}}`, nil, Meta{"check.completed", "c1:check.completed", "", ""}},
		{"pandadoc", `[{"event":"document_state_changed","data":{"id":"d1","status":"document.sent"}}]`, nil,
			Meta{"document_state_changed", "d1:document_state_changed:document.sent", "", ""}},
		{"persona", `{"data":{"type":"event","id":"evt_1","attributes":{"name":"inquiry.approved","payload":{"data":{"id":"inq_1"}}}}}`, []string{"Persona-Signature", "t=1,v1=0"},
			Meta{"inquiry.approved", "evt_1", "inq_1", ""}},
		{"pipedrive", `{"meta":{"action":"change","entity":"deal","entity_id":"5","id":"m1","company_id":"12","host":"acme.pipedrive.com"}}`, nil,
			Meta{"change.deal", "m1:deal:5", "acme.pipedrive.com", ""}},
		{"pipedrive", `{"event":"updated.deal","meta":{"object":"deal","id":5,"company_id":12,"correlation_id":"c1"}}`, nil, Meta{"updated.deal", "c1:deal:5", "12", ""}},
		{"salesforce", `<notifications><OrganizationId>00D1</OrganizationId><ActionId>04k1</ActionId><Notification><Id>04l1</Id><sObject xsi:type="sf:Opportunity">`, nil,
			Meta{"Opportunity", "04l1", "00D1", ""}},
		{"salesforce", `<OrganizationId>00D1</OrganizationId><ActionId>04k1</ActionId><sObject xsi:type="sf:Opp`, nil, Meta{"", "", "00D1", ""}},
		{"segment", `{"type":"track","event":"Signed Up","messageId":"m1"}`, []string{"X-Signature", "00"}, Meta{"Signed Up", "m1", "", ""}},
		{"segment", `[{"type":"page","messageId":"m2","projectId":"p"},{"messageId":"m3"}]`, []string{"X-Signature", "00"}, Meta{"page", "m2", "p", ""}},
		{"sharepoint", `{"value":[{"subscriptionId":"s1","clientState":"x","siteUrl":"/sites/a"}]}`, nil, Meta{"", "", "/sites/a", ""}},
		{"stytch", `{"project_id":"project-test-1","event_id":"e1","action":"CREATE","object_type":"ORGANIZATION","source":"DIRECT"}`, []string{"Svix-Id", "msg_1"},
			Meta{"direct.organization.create", "e1", "project-test-1", ModeTest}},
		{"stytch", `{"project_id":"project-live-1","action":"CREATE","object_type":"USER","source":"SCIM"}`, []string{"Svix-Id", "msg_2"},
			Meta{"scim.user.create", "msg_2", "project-live-1", ModeLive}},
		{"tally", `{"eventId":"e1","eventType":"FORM_RESPONSE","data":{"formId":"f1","formName":"Survey"}}`, nil, Meta{"FORM_RESPONSE", "e1", "Survey", ""}},
		{"trello", `{"model":{"id":"m1","name":"Board"},"action":{"id":"a1","type":"updateCard"}}`, nil, Meta{"updateCard", "a1", "Board", ""}},
		{"typeform", `{"event_id":"e1","event_type":"form_response","form_response":{"form_id":"f1"}}`, nil, Meta{"form_response", "e1", "f1", ""}},
		{"veriff", `{"id":"s1","attemptId":"a1","code":7001,"action":"started"}`, []string{"X-HMAC-Signature", "00", "X-Auth-Client", "k1"}, Meta{"started", "a1:7001", "k1", ""}},
		{"veriff", `{"status":"success","verification":{"id":"v1","code":9001,"status":"approved"}}`, []string{"X-HMAC-Signature", "00", "X-Auth-Client", "k1"},
			Meta{"approved", "v1:9001", "k1", ""}},
		{"xero", `{"events":[{"eventCategory":"INVOICE","eventType":"UPDATE","tenantId":"t1"}],"lastEventSequence":9,"entropy":"E"}`, []string{"X-Xero-Signature", "x"},
			Meta{"INVOICE.UPDATE", "9:E", "t1", ""}},
		{"zendesk", `{"type":"zen:event-type:ticket.created","account_id":22,"id":"b"}`, []string{"X-Zendesk-Webhook-Signature", "x", "X-Zendesk-Webhook-Invocation-Id", "i1"},
			Meta{"zen:event-type:ticket.created", "i1", "22", ""}},
		{"zoom", `{"event":"meeting.started","event_ts":16,"payload":{"account_id":"A","object":{"uuid":"u==","id":"1"}}}`, []string{"x-zm-signature", "v0=0"},
			Meta{"meeting.started", "meeting.started:16:u==", "A", ""}},
	} {
		r := requestOf(tt.body, 0, tt.header...)
		if got := Detect(r); got.Provider != Lookup(tt.provider) || got.Provider == nil {
			t.Errorf("%s %.60s: taken for %+v", tt.provider, tt.body, got)
		}
		if got := Lookup(tt.provider).Meta(r); got != tt.want {
			t.Errorf("%s %.60s: got %+v, want %+v", tt.provider, tt.body, got, tt.want)
		}
	}
}

// Who sends headers of their own is told by what Sign sets; those who do not are told by their bodies.
func TestWorkSignedIsDetected(t *testing.T) {
	for _, p := range slices.Concat(workProviders(), crmProviders(), identityProviders()) {
		if p = Lookup(p.Name); !p.CanSign() || !slices.ContainsFunc(p.clues, func(c clue) bool {
			return c.weight == certain && c.also == nil && slices.Contains(p.Headers(), c.header)
		}) {
			continue
		}
		if r := signed(t, p, secretOf(t, p)); Detect(r).Provider != p {
			t.Errorf("%s: its signed request is taken for one of %+v", p.Name, Detect(r))
		}
	}
}
