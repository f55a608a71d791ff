// Asks providers' libraries about webhooks. Each line of input is a task; the answer is one line:
//
//   {"task":"judge","library":"stripe","method":"POST","url":"…","headers":{"name":"value"},"body":"<base64>","secret":"…"}
//   {"accepted":false,"error":"…"}
//
//   {"task":"sign", …, "at":<Unix milliseconds>}
//   {"headers":{"name":"value"}}
//
//   {"task":"load","library":"stripe"} has it ready, so that it doesn't load while a request ages
//   {}
//
// The names of header fields are in lower case. The secret is what an app is configured with.
import { createInterface } from 'node:readline';
import { judges } from './judges.mjs';
import { hands } from './hands.mjs';

// Answers alone go to standard output.
console.log = console.info = console.debug = console.error;

// nothing is a request for libraries to load at.
const nothing = { method: 'POST', url: 'https://app.example.com/', headers: {}, body: Buffer.alloc(0), text: '', secret: '' };

for await (const line of createInterface({ input: process.stdin })) {
  const task = JSON.parse(line);
  process.stdout.write(JSON.stringify(await answer(task)) + '\n');
}

async function answer(task) {
  if (task.task === 'load') {
    await Promise.resolve(nothing).then(judges[task.library]).catch(() => {}); // it is loaded, and refuses nothing
    return {};
  }
  const body = Buffer.from(task.body ?? '', 'base64');
  const request = { ...task, body, text: body.toString('utf8') };
  try {
    if (task.task === 'sign') {
      return await hands[task.library](request);
    }
    const judged = await judges[task.library](request);
    return judged === false ? { accepted: false } : { accepted: true };
  } catch (error) {
    return { accepted: false, error: String(error?.message || error) };
  }
}
