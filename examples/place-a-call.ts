// node --import tsx examples/place-a-call.ts PASSWORD [NUMBER] [SERVER] [PIN]     with the password that `npm start` prints for inside1
import { setTimeout as pause } from 'node:timers/promises';
import { Phone } from '#test-calls/phone/phone.ts';

const [password = '', number = '+12135550142', server = '127.0.0.1:5060', pin = '4821'] = process.argv.slice(2);
const phone = await Phone.start({ name: 'inside1', digest: { username: 'inside1', password } });
const call = phone.dial(`sip:${number}@${server}`);
if (await call.answered)
  for (const keys of ['1', `${pin}#`]) {
    await pause(2_000); // the language, the PIN; it says no name, so the call is announced without one
    await call.press(keys);
  }
const { by, how } = await call.ended;
console.log(`${how} by ${by === 'them' ? 'the platform' : by} after ${(call.ear.track.length / 8000).toFixed(0)} s`);
await phone.stop();
