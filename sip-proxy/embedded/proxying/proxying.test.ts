import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Dialog } from '#sip-stack/dialog.ts';
import { SipRequest, SipResponse, type HeaderValues } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import { Inbox } from '../testing/inbox.ts';
import { sdp, type Asked, type Phone } from '../testing/phone.ts';
import { soon } from '../testing/soon.ts';
import { nothing, Stage } from '../testing/stage.ts';

interface Result {
  readonly connected: boolean;
  readonly finalStatus?: number;
  readonly responses: { readonly port: number; readonly msgs: { readonly status: number }[] }[];
}
interface Offered {
  readonly tx: ServerTransaction;
  readonly request: SipRequest;
}

let stage: Stage;
let caller: Phone;
let one: Phone;
let two: Phone;
let results: Inbox<{ readonly result: Promise<Result> }>;
/** What the application wants with the next request. */
let wish: object;

beforeEach(async () => {
  stage = await Stage.open();
  [caller, one, two] = [await stage.phone(), await stage.phone(), await stage.phone()];
  results = new Inbox();
  wish = { destination: [one.uri, two.uri] };
  const srf = new Srf();
  const app = srf as unknown as Record<string, (take: (req: SrfRequest, res: SrfResponse) => void) => void>;
  for (const method of ['invite', 'message', 'register'])
    app[method]?.((req) => {
      // srf.proxyRequest is this.
      const result = (req as unknown as { proxy(options: object): Promise<Result> }).proxy(wish);
      result.catch(() => undefined);
      results.push({ result });
    });
  await stage.connect(srf);
  await soon(() => Object.keys(stage.server.dump().routes)).toHaveLength(3);
});
afterEach(() => stage.close());

const result = (): Promise<Result> => results.next().then((found) => found.result);
const statuses = ({ responses }: Result): number[] => responses.flatMap(({ msgs }) => msgs.map(({ status }) => status));
const nothingLeft = (): void => expect(stage.leftovers()).toEqual(nothing);
const here = (): string => `<sip:127.0.0.1:${stage.server.sipPort};lr>`;
const call = (headers: HeaderValues = {}): Asked => caller.ask('INVITE', headers, sdp(4000));
/** Until the ACKs of `count` refusals are there: those of the phones and our own. */
const acknowledged = (count: number) =>
  soon(() => {
    const { received, sent } = stage.server.metrics();
    return (received['ACK'] ?? 0) + (sent['ACK'] ?? 0);
  }).toBe(count);
/** A 2xx as the stack's user would make it. */
const ok = ({ tx, request }: Offered, phone: Phone): SipResponse =>
  SipResponse.to(request, 200, 'OK', tx.toTag).add('Contact', phone.contact);

describe('a request passed on', () => {
  it('goes to the target with our Via on top, one hop less, and the headers the application adds', async () => {
    wish = { destination: [one.uri], headers: { 'X-Added': 'yes', Subject: 'new' } };
    const asked = call({ 'X-Kept': 'a', Subject: 'old', Route: here() });
    const { tx, request } = await one.request('INVITE');
    const vias = request.getAll('via');
    expect(vias).toHaveLength(2);
    expect(request.via.port).toBe(stage.server.sipPort);
    expect(vias[1]).toContain(`:${caller.port};`);
    expect(request.uri).toBe(one.uri);
    expect([request.get('max-forwards'), request.get('x-kept'), request.get('x-added')]).toEqual(['69', 'a', 'yes']);
    expect([request.getAll('subject'), request.getAll('route'), request.has('record-route')]).toEqual([
      ['new'],
      [],
      false,
    ]);
    for (const name of ['call-id', 'from', 'to', 'cseq', 'contact'])
      expect(request.get(name)).toBe(asked.request.get(name));
    expect(request.body.toString()).toBe(sdp(4000));
    expect(stage.server.dump()).toMatchObject({ proxied: 1, received: {}, ringing: 0 });
    tx.reply(180);
    const ringing = await asked.response(180);
    expect([ringing.getAll('via').length, ringing.to.tag]).toEqual([1, tx.toTag]);
    tx.respond(ok({ tx, request }, one));
    expect((await asked.response(200)).get('contact')).toBe(one.contact);
    expect(await result()).toMatchObject({ connected: true, finalStatus: 200, responses: [{ port: one.port }] });
    expect(asked.responses.rest.map(({ status }) => status)).toEqual([100]);
    nothingLeft();
  });

  it('keeps a Request-URI that is not ours', async () => {
    wish = { destination: [one.uri] };
    const invite = call().request;
    (await one.request('INVITE')).tx.reply(404);
    await result();
    caller.send(again(invite, 'sip:someone@example.com').set('Call-ID', 'another'));
    const offered = await one.request('INVITE');
    expect(offered.request.uri).toBe('sip:someone@example.com');
    offered.tx.reply(404);
    await result();
  });

  /** The same request again, as a new one. */
  const again = ({ method, headers, body }: SipRequest, uri: string): SipRequest =>
    new SipRequest(method, uri, [...headers], body).remove('via');

  it('tries its targets in turn until one takes the call', async () => {
    const asked = call();
    const first = await one.request('INVITE');
    expect(two.unexpected).toEqual([]);
    first.tx.reply(486);
    const second = await two.request('INVITE');
    expect(second.request.uri).toBe(two.uri);
    second.tx.respond(ok(second, two));
    await asked.response(200);
    const told = await result();
    expect([told.connected, statuses(told)]).toEqual([true, [486, 200]]);
    expect(asked.responses.rest.map(({ status }) => status)).toEqual([100]);
    nothingLeft();
  });

  it('tries them all at once, and cancels the others when one takes the call', async () => {
    wish = { destination: [one.uri, two.uri], forking: 'simultaneous' };
    const asked = call();
    const [first, second] = [await one.request('INVITE'), await two.request('INVITE')];
    first.tx.reply(180);
    second.tx.reply(180);
    await asked.response(180);
    await asked.response(180);
    second.tx.respond(ok(second, two));
    expect((await asked.response(200)).to.tag).toBe(second.tx.toTag);
    const cancel = await one.cancelled.next();
    expect([cancel.getAll('via').length, cancel.via.branch]).toEqual([1, first.request.via.branch]);
    const told = await result();
    expect([told.connected, statuses(told)]).toEqual([true, [200]]);
    await acknowledged(1);
    expect(asked.responses.rest.map(({ status }) => status)).toEqual([100]);
    nothingLeft();
  });

  it('the ACK of a refusal has one Via, that of the INVITE', async () => {
    wish = { destination: [one.uri] };
    call();
    const raw = new Inbox<SipRequest>();
    one.layer.onReceived = (message) => void (message instanceof SipRequest && raw.push(message));
    const { tx, request } = await one.request('INVITE');
    tx.reply(486);
    const ack = await raw.next(({ method }) => method === 'ACK');
    expect([ack.getAll('via').length, ack.via.branch]).toEqual([1, request.via.branch]);
    await result();
  });

  it('gives back the best refusal when all have refused', async () => {
    wish = { destination: [one.uri, two.uri], forking: 'simultaneous' };
    const asked = call();
    (await one.request('INVITE')).tx.reply(500);
    const second = await two.request('INVITE');
    second.tx.reply(404);
    await asked.response(404);
    const told = await result();
    expect([told.connected, statuses(told).sort()]).toEqual([false, [404, 500]]);
    await acknowledged(3);
    nothingLeft();
  });

  it('asks nobody else after a 6xx', async () => {
    const asked = call();
    (await one.request('INVITE')).tx.reply(603);
    await asked.response(603);
    expect(statuses(await result())).toEqual([603]);
    await acknowledged(2);
    expect(two.unexpected).toEqual([]);
    nothingLeft();
  });

  it('a 6xx cancels what rings elsewhere', async () => {
    wish = { destination: [one.uri, two.uri], forking: 'simultaneous' };
    const asked = call();
    const [first, second] = [await one.request('INVITE'), await two.request('INVITE')];
    second.tx.reply(180);
    await asked.response(180);
    first.tx.reply(600);
    await two.cancelled.next();
    await asked.response(600);
    await acknowledged(3);
    nothingLeft();
  });

  it('a target that is overloaded does not make this proxy so', async () => {
    wish = { destination: [one.uri] };
    const asked = call();
    (await one.request('INVITE')).tx.reply(503);
    await asked.response(500);
    expect(statuses(await result())).toEqual([503]);
  });

  it('goes where it is redirected to, once', async () => {
    wish = { destination: [one.uri], followRedirects: true };
    const asked = call();
    const contacts = { headers: { Contact: `<${two.uri}>, <${one.uri}>` } };
    (await one.request('INVITE')).tx.reply(302, contacts);
    (await two.request('INVITE')).tx.reply(302, contacts);
    await asked.response(302);
    expect(statuses(await result())).toEqual([302, 302]);
    await acknowledged(3);
    expect(one.unexpected).toEqual([]);
    nothingLeft();
  });

  it('a redirection that was followed is not given back', async () => {
    wish = { destination: [one.uri], followRedirects: true };
    const asked = call();
    (await one.request('INVITE')).tx.reply(302, { headers: { Contact: `<${two.uri}>` } });
    (await two.request('INVITE')).tx.reply(486);
    await asked.response(486);
    await acknowledged(3);
    nothingLeft();
  });

  it('a redirection is given back when nobody wants it followed', async () => {
    wish = { destination: [one.uri] };
    const asked = call();
    (await one.request('INVITE')).tx.reply(302, { headers: { Contact: `<${two.uri}>` } });
    expect((await asked.response(302)).get('contact')).toBe(`<${two.uri}>`);
    expect(two.unexpected).toEqual([]);
  });

  it('does not wait for a silent target longer than the application wants', async () => {
    wish = { destination: [one.uri, two.uri], provisionalTimeout: '400ms' };
    const asked = call();
    const first = await one.request('INVITE');
    stage.clock.advance(399);
    expect(two.unexpected).toEqual([]);
    stage.clock.advance(1);
    const second = await two.request('INVITE');
    first.tx.reply(180);
    await one.cancelled.next();
    second.tx.reply(180);
    await asked.response(180);
    stage.clock.advance(1_000);
    second.tx.reply(486);
    await asked.response(486);
    const told = await result();
    expect(statuses(told)).toEqual([486]);
    await acknowledged(3);
    nothingLeft();
  });

  it('nor for the answer of one that rings', async () => {
    wish = { destination: [one.uri, two.uri], finalTimeout: '10s' };
    const asked = call();
    const first = await one.request('INVITE');
    first.tx.reply(180);
    await asked.response(180);
    stage.clock.advance(9_999);
    expect(two.unexpected).toEqual([]);
    stage.clock.advance(1);
    await one.cancelled.next();
    (await two.request('INVITE')).tx.reply(480);
    await asked.response(480);
    await acknowledged(3);
    nothingLeft();
  });

  it('gives back 408 when nobody has anything to say', async () => {
    wish = { destination: [one.uri], provisionalTimeout: '1s' };
    const asked = call();
    await one.request('INVITE');
    stage.clock.advance(1_000);
    expect((await asked.response(408)).to.tag).toBeDefined();
    const told = await result();
    expect([told.connected, told.finalStatus, statuses(told)]).toEqual([false, undefined, []]);
  });

  it('a target that rings for ever is cancelled by timer C', async () => {
    wish = { destination: [one.uri] };
    const asked = call();
    (await one.request('INVITE')).tx.reply(180);
    await asked.response(180);
    stage.clock.advance(185_000);
    await one.cancelled.next();
    await asked.response(408);
    await result();
  });

  it('a caller who gives up cancels every branch, with the reason', async () => {
    wish = { destination: [one.uri, two.uri], forking: 'simultaneous' };
    const asked = call();
    const [first, second] = [await one.request('INVITE'), await two.request('INVITE')];
    first.tx.reply(180);
    second.tx.reply(486);
    await asked.response(180);
    await soon(() => stage.server.metrics().received['INVITE 486']).toBe(1);
    asked.transaction?.cancel({ Reason: 'Q.850;cause=16' });
    expect((await one.cancelled.next()).get('reason')).toBe('Q.850;cause=16');
    await asked.response(487);
    const told = await result();
    expect([told.connected, statuses(told).sort()]).toEqual([false, [486, 487]]);
    await acknowledged(3);
    nothingLeft();
  });

  it('a caller who gives up does not wait for those who were not heard of', async () => {
    const asked = call();
    const first = await one.request('INVITE');
    asked.transaction?.cancel();
    await asked.response(487);
    expect(statuses(await result())).toEqual([]);
    first.tx.reply(180);
    await one.cancelled.next();
    await acknowledged(2);
    expect(two.unexpected).toEqual([]);
    nothingLeft();
  });

  it('a target that answers all the same in that moment is heard by the caller', async () => {
    wish = { destination: [one.uri] };
    const asked = call();
    const first = await one.request('INVITE');
    first.tx.reply(180);
    await asked.response(180);
    one.layer.onCancel = () => undefined;
    asked.transaction?.cancel();
    await soon(() => stage.server.metrics().sent['CANCEL']).toBe(1);
    first.tx.respond(ok(first, one));
    await asked.response(200);
    expect((await result()).connected).toBe(true);
  });

  it('every repetition of a 200 reaches the caller', async () => {
    wish = { destination: [one.uri] };
    const asked = call();
    const first = await one.request('INVITE');
    const answer = ok(first, one);
    first.tx.respond(answer);
    await asked.response(200);
    first.tx.respond(answer);
    await asked.response(200);
    expect(statuses(await result())).toEqual([200]);
    nothingLeft();
  });

  it('its repetitions are absorbed', async () => {
    wish = { destination: [one.uri] };
    const asked = call();
    const { tx } = await one.request('INVITE');
    caller.clock.advance(500);
    caller.raw(asked.request.toBuffer());
    await soon(() => stage.server.metrics().received['INVITE']).toBeGreaterThan(1);
    expect(one.unexpected).toEqual([]);
    tx.reply(486);
    await asked.response(486);
    await result();
  });

  it('with credentials goes to the target that asked for them', async () => {
    const challenge = { headers: { 'WWW-Authenticate': 'Digest realm="r", nonce="n1"' } };
    const asked = call();
    (await one.request('INVITE')).tx.reply(486);
    (await two.request('INVITE')).tx.reply(401, challenge);
    expect((await asked.response(401)).get('www-authenticate')).toBe('Digest realm="r", nonce="n1"');
    await result();
    const again = call({ Authorization: 'Digest username="u", realm="r", nonce="n1", response="x"' });
    const offered = await two.request('INVITE');
    expect(one.unexpected).toEqual([]);
    offered.tx.reply(403);
    await again.response(403);
    await result();
    call({ Authorization: 'Digest username="u", realm="r", nonce="n1", response="x"' });
    (await one.request('INVITE')).tx.reply(600);
    await result();
    await acknowledged(7);
    nothingLeft();
  });

  it('asks nobody else when credentials are wanted', async () => {
    const asked = call();
    (await one.request('INVITE')).tx.reply(407, { headers: { 'Proxy-Authenticate': 'Digest realm="r", nonce="n"' } });
    await asked.response(407);
    await result();
    expect(two.unexpected).toEqual([]);
  });

  it('two challenges both reach the caller', async () => {
    wish = { destination: [one.uri, two.uri], forking: 'simultaneous' };
    const asked = call();
    (await one.request('INVITE')).tx.reply(401, { headers: { 'WWW-Authenticate': 'Digest realm="1", nonce="a"' } });
    (await two.request('INVITE')).tx.reply(407, { headers: { 'Proxy-Authenticate': 'Digest realm="2", nonce="b"' } });
    const both = await asked.responses.next(({ status }) => status > 400);
    expect([both.get('www-authenticate'), both.get('proxy-authenticate')]).toEqual([
      'Digest realm="1", nonce="a"',
      'Digest realm="2", nonce="b"',
    ]);
    await result();
  });

  it.each<[string, HeaderValues, number, string]>([
    [
      'used up its hops',
      { 'Max-Forwards': '0' },
      483,
      'Rejected with 483 Too Many Hops due to Max-Forwards value of 0',
    ],
    ['needs what no proxy here can do', { 'Proxy-Require': 'foo' }, 420, 'Rejected with 420 Bad Extension: foo'],
  ])('is refused when it has %s', async (_what, headers, status, why) => {
    const asked = call(headers);
    const refused = await asked.response(status);
    if (status === 420) expect(refused.get('unsupported')).toBe('foo');
    await expect(result()).rejects.toBe(why);
    await acknowledged(1);
    expect(one.unexpected).toEqual([]);
    nothingLeft();
  });

  it('that comes back unchanged is a loop', async () => {
    wish = { destination: [one.uri] };
    const asked = call();
    const offered = await one.request('INVITE');
    // The target sends it back to us as it is.
    const back = again(offered.request, asked.request.uri);
    for (const via of offered.request.getAll('via')) back.add('Via', via);
    back.prepend('Via', `SIP/2.0/UDP 127.0.0.1:${one.port};rport;branch=z9hG4bKback`);
    const looped = one.send(back);
    await looped.response(482);
    await results.next();
    await expect(result()).rejects.toBe('Rejected with 482 Loop Detected');
  });

  it('that comes back with another aim is none (RFC 3261 §16.3)', async () => {
    wish = { destination: [one.uri] };
    const asked = call();
    const offered = await one.request('INVITE');
    const back = again(offered.request, asked.request.uri.replace('100@', '200@'));
    for (const via of offered.request.getAll('via')) back.add('Via', via);
    back.prepend('Via', `SIP/2.0/UDP 127.0.0.1:${one.port};rport;branch=z9hG4bKback`);
    const spiral = one.send(back);
    const second = await one.request('INVITE');
    expect(second.request.getAll('via')).toHaveLength(4);
    second.tx.reply(486);
    await spiral.response(486);
    offered.tx.reply(486);
    await asked.response(486);
  });

  it('to nowhere is 500, and the application is told', async () => {
    wish = { destination: ['sip:x@127.0.0.1;transport=carrier-pigeon'] };
    const asked = call();
    await asked.response(500);
    await expect(result()).rejects.toContain('error proxying request to sip:x@127.0.0.1');
    await acknowledged(1);
    nothingLeft();
  });

  it('a target that makes no sense is left out', async () => {
    wish = { destination: ['sip:x@127.0.0.1;transport=carrier-pigeon', two.uri] };
    const asked = call();
    (await two.request('INVITE')).tx.reply(486);
    await asked.response(486);
    await result();
  });
});

describe('other requests passed on', () => {
  it('a MESSAGE is answered by its target', async () => {
    wish = { destination: [one.uri] };
    const asked = caller.ask('MESSAGE');
    (await one.request('MESSAGE')).tx.reply(202);
    await asked.response(202);
    expect(statuses(await result())).toEqual([202]);
    nothingLeft();
  });

  it('a MESSAGE that nobody answers gets no 408 (RFC 4320)', async () => {
    wish = { destination: [one.uri], provisionalTimeout: '5s' };
    const asked = caller.ask('MESSAGE');
    await one.request('MESSAGE');
    stage.clock.advance(5_000);
    expect(statuses(await result())).toEqual([]);
    expect(asked.responses.rest).toEqual([]);
    nothingLeft();
  });

  it('a REGISTER leaves its path here', async () => {
    wish = { destination: [one.uri], remainInDialog: true };
    caller.ask('REGISTER', { Contact: caller.contact });
    const { tx, request } = await one.request('REGISTER');
    expect([request.getAll('path'), request.getAll('require'), request.has('record-route')]).toEqual([
      [here()],
      ['path'],
      false,
    ]);
    tx.reply(200);
    await result();
  });
});

describe('a call whose way leads here', () => {
  const talking = async () => {
    wish = { destination: [one.uri], remainInDialog: true };
    const asked = call();
    const offered = await one.request('INVITE');
    expect(offered.request.getAll('record-route')).toEqual([here()]);
    const far = one.accept(offered);
    const answer = await asked.response(200);
    expect(answer.getAll('record-route')).toEqual([here()]);
    const near = Dialog.caller(asked.request, answer);
    const ack = near.ack(1);
    caller.layer.sendStateless(ack, { address: '127.0.0.1', port: stage.server.sipPort });
    const acked = await one.ack();
    expect([acked.getAll('via').length, acked.getAll('route'), acked.get('max-forwards')]).toEqual([2, [], '69']);
    await result();
    return { near, far };
  };

  it('sends its BYE through here, from either side', async () => {
    const { near } = await talking();
    const bye = caller.send(near.request('BYE'));
    const { tx, request } = await one.request('BYE');
    expect([request.uri, request.getAll('route'), request.getAll('via').length]).toEqual([one.uri, [], 2]);
    tx.reply(200);
    expect((await bye.response(200)).getAll('via')).toHaveLength(1);
    const again = await talking();
    const other = one.send(again.far.request('BYE'));
    const back = await caller.request('BYE');
    expect(back.request.uri).toBe(caller.uri);
    back.tx.reply(200);
    await other.response(200);
    nothingLeft();
  });

  it('changes its session through here, and gives up a change', async () => {
    const { far } = await talking();
    const changing = one.send(far.request('INVITE', { headers: { 'Content-Type': 'application/sdp' }, body: sdp(1) }));
    await changing.response(100);
    const offered = await caller.request('INVITE');
    expect(offered.request.body.toString()).toBe(sdp(1));
    offered.tx.reply(180);
    await changing.response(180);
    changing.transaction?.cancel();
    await caller.cancelled.next();
    await changing.response(487);
    await acknowledged(4);
    nothingLeft();
  });

  it('goes through a strict router before and after us (RFC 3261 §16.4, §16.6)', async () => {
    const { near } = await talking();
    const info = near.request('INFO');
    // Before: the Request-URI is our Record-Route, the aim comes last.
    info.uri = `sip:127.0.0.1:${stage.server.sipPort};lr`;
    info.set('Route', [`<${one.uri}>`]);
    caller.send(info);
    const first = await one.request('INFO');
    expect([first.request.uri, first.request.getAll('route')]).toEqual([one.uri, []]);
    first.tx.reply(200);
    // After: the next route has no lr.
    caller.send(near.request('INFO').set('Route', [here(), `<${two.uri}>`]));
    const second = await two.request('INFO');
    expect([second.request.uri, second.request.getAll('route')]).toEqual([two.uri, [`<${one.uri}>`]]);
    second.tx.reply(200);
    // And a loose one keeps the Request-URI.
    caller.send(near.request('INFO').set('Route', [here(), here(), `<${two.uri};lr>`]));
    const third = await two.request('INFO');
    expect([third.request.uri, third.request.getAll('route')]).toEqual([one.uri, [`<${two.uri};lr>`]]);
    third.tx.reply(200);
    await soon(() => stage.server.metrics().sent['INFO 200']).toBe(3);
    nothingLeft();
  });

  it('does not go round in circles', async () => {
    const { near } = await talking();
    await caller.send(near.request('INFO').set('Max-Forwards', '0')).response(483);
    const info = near.request('INFO');
    info.uri = `sip:127.0.0.1:${stage.server.sipPort}`;
    await caller.send(info).response(482);
    nothingLeft();
  });
});
