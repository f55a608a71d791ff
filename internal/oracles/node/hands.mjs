// Each hand has one library sign a request, and answers with the header fields that it would be sent with.
import { createRequire } from 'node:module';
import { target } from './judges.mjs';

const require = createRequire(import.meta.url);
const seconds = (at) => Math.floor(at / 1000);
const id = 'msg_2b3rZxY6w5vT8uS1';

export const hands = {
  'coinbase-commerce'({ text, secret }) {
    const signature = require('coinbase-commerce-node').Webhook.computeSignature(text, secret);
    return { headers: { 'x-cc-webhook-signature': signature } };
  },
  cloudinary({ text, secret, at }) {
    const signature = require('cloudinary').v2.utils.webhook_signature(text, seconds(at), { api_secret: secret });
    return { headers: { 'x-cld-signature': signature, 'x-cld-timestamp': String(seconds(at)) } };
  },
  contentful({ method, url, headers, text, secret, at }) {
    const { signRequest } = require('@contentful/node-apps-toolkit');
    return { headers: signRequest(secret, { method, path: target(url), headers, body: text }, at) };
  },
  async github({ text, secret }) {
    const { sign } = await import('@octokit/webhooks-methods');
    return { headers: { 'x-hub-signature-256': await sign(secret, text) } };
  },
  hubspot({ method, url, text, secret, at }) {
    const { Signature } = require('@hubspot/api-client');
    const signature = Signature.getSignature(method, 'v3', { clientSecret: secret, requestBody: text, url, timestamp: at });
    return { headers: { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': String(at) } };
  },
  hygraph({ text, secret }) {
    const { generateWebhookSignature } = require('@hygraph/utils');
    return { headers: { 'gcms-signature': generateWebhookSignature({ rawPayload: text, secret }) } };
  },
  'modern-treasury'({ text, secret }) {
    const { ModernTreasury } = require('modern-treasury');
    const client = new ModernTreasury({ apiKey: 'none', organizationID: 'none' });
    return { headers: { 'x-signature': client.webhooks.getSignature(text, { key: secret }) } };
  },
  async notion({ body, secret }) {
    const { signWebhookPayload } = require('@notionhq/client');
    return { headers: { 'x-notion-signature': await signWebhookPayload({ body, verificationToken: secret }) } };
  },
  orb({ text, secret, at }) {
    const { Orb } = require('orb-billing');
    const timestamp = new Date(at).toISOString().replace('Z', '');
    const signature = new Orb({ apiKey: 'none' }).webhooks.signPayload(text, { timestamp, secret });
    return { headers: { 'x-orb-timestamp': timestamp, 'x-orb-signature': signature } };
  },
  async sanity({ text, secret, at }) {
    const { encodeSignatureHeader } = require('@sanity/webhook');
    return { headers: { 'sanity-webhook-signature': await encodeSignatureHeader(text, at, secret) } };
  },
  'standard-webhooks'({ text, secret, at }) {
    const signature = new (require('standardwebhooks').Webhook)(secret).sign(id, new Date(at), text);
    return { headers: { 'webhook-id': id, 'webhook-timestamp': String(seconds(at)), 'webhook-signature': signature } };
  },
  stripe({ text, secret, at }) {
    const Stripe = require('stripe');
    const made = { payload: text, secret, timestamp: seconds(at) };
    return { headers: { 'stripe-signature': new Stripe('none').webhooks.generateTestHeaderString(made) } };
  },
  svix({ text, secret, at }) {
    const signature = new (require('svix').Webhook)(secret).sign(id, new Date(at), text);
    return { headers: { 'svix-id': id, 'svix-timestamp': String(seconds(at)), 'svix-signature': signature } };
  },
  twilio({ url, text, secret }) {
    const { getExpectedTwilioSignature } = require('twilio/lib/webhooks/webhooks.js');
    const form = { ...require('node:querystring').parse(text) };
    return { headers: { 'x-twilio-signature': getExpectedTwilioSignature(secret, url, form) } };
  },
  async workos({ text, secret, at }) {
    const { WorkOS } = require('@workos-inc/node');
    const signature = await new WorkOS('none').webhooks.computeSignature(at, JSON.parse(text), secret);
    return { headers: { 'workos-signature': `t=${at}, v1=${signature}` } };
  },
};
