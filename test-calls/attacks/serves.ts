import { Phone } from '../phone/phone.ts';

/** Whether a call can still be placed and ended: asked after an attack. The client has to be `obliging`. */
export async function servesCall(sipPort: number): Promise<boolean> {
  const phone = await Phone.start({ name: 'afterwards' });
  try {
    const call = phone.dial(`sip:talk@127.0.0.1:${sipPort}`);
    if (!(await call.answered)) return false;
    const { how, status } = await call.hangup();
    return how === 'bye' && status === 200;
  } finally {
    await phone.stop();
  }
}
