import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import fc from 'fast-check';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { frame } from './frames.ts';
import { sdp } from './testing/phone.ts';
import { secret, Stage } from './testing/stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

const edits = fc.array(
  fc.record({ at: fc.nat(700), cut: fc.nat(15), put: fc.string({ unit: 'binary', maxLength: 6 }) }),
  { maxLength: 3 },
);
const edited = (text: Buffer, changes: { at: number; cut: number; put: string }[]): Buffer =>
  changes.reduce(
    (bytes, { at, cut, put }) => Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(at + cut)]),
    text,
  );

/** The server goes on, and met no defect of its own. */
const unharmed = async (): Promise<void> => {
  expect(stage.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  const phone = await stage.phone();
  expect((await phone.ask('OPTIONS').response(503)).status).toBe(503);
};

it('spoilt messages from the network do no harm', async () => {
  const srf = new Srf();
  const app = srf as unknown as { invite(take: (req: SrfRequest, res: SrfResponse) => void): void };
  app.invite((req, res) => void srf.createUAS(req, res, { localSdp: sdp(1) }).catch(() => undefined));
  await stage.connect(srf);
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  stage.onClose(() => socket.close());
  await once(socket, 'listening');
  const { port } = socket.address();
  const lines = (method: string, extra: string): Buffer =>
    Buffer.from(
      `${method} sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${port};rport;branch=z9hG4bKBRANCH\r\nFrom: "A" <sip:a@h>;tag=1\r\nTo: <sip:b@h>${extra}\r\nCall-ID: CALL\r\nCSeq: 1 ${method}\r\nMax-Forwards: 70\r\nContact: <sip:a@127.0.0.1:${port}>\r\nRecord-Route: <sip:127.0.0.1;lr>\r\nSession-Expires: 90;refresher=uac\r\n\r\n${sdp(4000)}`,
    );
  const methods = fc.constantFrom('INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'REGISTER', 'UPDATE', 'REFER');
  const answers = Buffer.from(
    `SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:${stage.server.sipPort};branch=z9hG4bKx\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag=2\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n`,
  );
  let n = 0;
  fc.assert(
    fc.property(methods, fc.constantFrom('', ';tag=x'), fc.boolean(), edits, (method, tag, answer, changes) => {
      const whole = answer
        ? answers
        : Buffer.from(lines(method, tag).toString().replace('BRANCH', String(n++)).replace('CALL', String(n)));
      socket.send(edited(whole, changes), stage.server.sipPort, '127.0.0.1');
    }),
    { numRuns: 500 },
  );
  await unharmed();
});

it('spoilt commands from a client do no harm', async () => {
  const phone = await stage.phone();
  const calling = stage.connect(new Srf()).then((srf) => srf.createUAC(phone.uri, { localSdp: sdp(1) }));
  phone.accept(await phone.request('INVITE'));
  await calling;
  const [{ id = '' } = {}] = stage.server.dump().dialogs;
  const commands = [
    `1|sip||\r\nINVITE ${phone.uri} SIP/2.0\r\nfrom: "x" <sip:a@localhost>\r\nto: sip:b@h\r\ncseq: 5 INVITE\r\ncall-id: c\r\n\r\n${sdp(1)}`,
    `2|sip||${id}\r\nINVITE sip:placeholder SIP/2.0\r\ncontact: <sip:a@localhost>\r\ncseq: 9 INVITE\r\n\r\n${sdp(1)}`,
    `3|sip||${id}\r\nINFO sip:placeholder SIP/2.0\r\ncontent-type: a/b\r\n\r\nx`,
    `4|sip||${id}\r\nACK sip:placeholder SIP/2.0\r\n\r\n${sdp(1)}`,
    '5|sip|t|\r\nSIP/2.0 200 OK\r\ncseq: 1 INVITE\r\n\r\n',
    '6|sip|t|\r\nCANCEL sip:x SIP/2.0\r\n\r\n',
    '7|route|invite',
    `8|sip|||sip:127.0.0.1:${phone.port}\r\nOPTIONS sip:b@h SIP/2.0\r\n\r\n`,
  ].map((text) => Buffer.from(text));
  const spoilt = fc.sample(fc.tuple(fc.constantFrom(...commands), edits), 150);
  for (const [command, changes] of spoilt) {
    // What is no command costs the connection: each gets its own.
    const socket = connect(stage.server.adminPort, '127.0.0.1').on('error', () => undefined);
    const closed = once(socket, 'close');
    socket.resume();
    socket.write(frame(`0|authenticate|${secret}`));
    socket.end(frame(edited(command, changes).toString()));
    await closed;
  }
  await unharmed();
});
