import { findBinding, findRegisterOrder, removeRegistration, saveRegistration } from '#db/registrations.ts';
import { isUnavailable } from '#db/unavailable.ts';
import type { IncomingRequest } from '#sip-proxy/drachtio.ts';
import { register as decide } from '#sip-proxy/registrar/register.ts';
import type { Platform } from '../platform.ts';
import type { Door } from './door.ts';

/** Answers a REGISTER and keeps the binding (RFC 3261 §10.3). Never rejects. */
export async function register(request: IncomingRequest, door: Door, platform: Platform): Promise<void> {
  try {
    await answer(request, door, platform);
  } catch (error) {
    platform.log.error({ err: error, from: request.source }, 'a registration failed');
    request.respond(isUnavailable(error) ? 503 : 500, isUnavailable(error) ? { 'Retry-After': '10' } : {});
  }
}

async function answer(request: IncomingRequest, door: Door, { db, clock, log }: Platform): Promise<void> {
  const { source, requestUri } = request;
  const header = (name: string) => request.header(name);
  const { verification, wait, credentials } = await door.check({ source, requestUri, method: 'REGISTER', header });
  const order = { callId: header('Call-ID') ?? '', cseq: Number.parseInt(header('CSeq') ?? '0', 10) };
  const at = clock.now();
  const binding = verification.kind === 'verified' ? await findRegisterOrder(db, verification.username, at) : undefined;
  const decision = decide(
    {
      to: header('To') ?? '',
      contact: header('Contact'),
      expires: header('Expires'),
      ...order,
    },
    { verification, wait, binding },
  );
  // Another process served a later REGISTER of this phone between our look and our write.
  const overtaken = () => {
    log.warn({ from: source, status: 500 }, 'a registration was overtaken by a later one');
    request.respond(500);
  };
  /** RFC 3261 §10.3 step 8: a 200 tells what is bound. */
  const tell = async (username: string) => {
    const bound = await findBinding(db, username, at);
    const seconds = Math.ceil(((bound?.expiresAt.getTime() ?? 0) - at.getTime()) / 1000);
    request.respond(200, bound ? { Contact: `<${bound.contact}>;expires=${seconds}` } : {});
  };
  switch (decision.kind) {
    case 'challenge':
      return request.respond(401, { 'WWW-Authenticate': door.challenge(decision.stale) });
    case 'refuse':
      log.warn({ from: source, status: decision.status }, 'a registration was refused');
      return request.respond(decision.status, {
        ...(decision.status === 423 ? { 'Min-Expires': String(decision.minExpires) } : {}),
        ...(wait > 0 ? { 'Retry-After': String(Math.ceil(wait / 1000)) } : {}),
      });
    case 'query':
      return tell(decision.username);
    case 'unbind':
      if (!(await removeRegistration(db, decision.username, decision.contact, order, at))) return overtaken();
      return tell(decision.username);
    case 'bind': {
      const { username, contact, expires } = decision;
      const expiresAt = new Date(at.getTime() + expires * 1000);
      const number = credentials?.number;
      const asked = { username, contact, source, expiresAt, ...(number === undefined ? {} : { number }) };
      if (!(await saveRegistration(db, asked, order, at))) return overtaken();
      log.info({ username, from: source, expires }, 'registered');
      return request.respond(200, { Contact: `<${contact}>;expires=${expires}`, Expires: String(expires) });
    }
  }
}
