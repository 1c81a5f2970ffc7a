import { createServer, type Server, type Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { RtpPhone } from '#media/embedded/testing/rtp-phone.ts';
import { voiceFrame } from '#media/embedded/testing/fake-sounds.ts';
import type { SipRequest, SipResponse } from '#sip-stack/message.ts';
import { EventSocket, type Event } from './event-socket.ts';
import { tcpPort } from './ports.ts';
import { newCall, phoneSdp, WirePhone, type WireCall } from './wire-phone.ts';

export interface EndpointOptions {
  /** SDP to offer; `none` sends the INVITE without and the answer with the ACK. Default: G.711 and telephone events. */
  readonly offer?: 'none' | ((port: number) => string);
  readonly headers?: Readonly<Record<string, string>>;
  /** What the phone says from the start: the frames of a voice, or nothing. Default: a voice. */
  readonly speaks?: boolean;
  /** Tells the controller what drachtio-fsmrf asks for; else only the control connection hears of events. */
  readonly subscribed?: boolean;
}

/** Which events drachtio-fsmrf asks for. */
const FSMRF_EVENTS =
  'CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_PROGRESS_MEDIA CHANNEL_CALLSTATE CHANNEL_ANSWER DTMF DETECTED_TONE SWITCH_EVENT_PLAYBACK_START SWITCH_EVENT_PLAYBACK_STOP CUSTOM conference::maintenance';

/** A channel of the media server: the phone that called it, the connection that controls it, and one that hears all its events. */
export class Endpoint {
  readonly name: string;
  readonly phone: WirePhone;
  readonly rtp: RtpPhone;
  /** Its answer to the INVITE. */
  readonly answer: SipResponse;
  readonly call: WireCall;
  /** Hears every event of the channel from the moment on that the controller has it. */
  readonly events: EventSocket;
  /** The outbound connection. */
  readonly control: EventSocket;
  readonly uuid: string;
  /** What CHANNEL_DATA said when the controller came. */
  readonly data: Event;
  readonly #server: Server;
  readonly #sipPort: number;
  #executions = 0;
  /** The name of an execution, for the trace. */
  onId: (id: string, name: string) => void = () => undefined;

  private constructor(parts: {
    name: string;
    phone: WirePhone;
    rtp: RtpPhone;
    answer: SipResponse;
    call: WireCall;
    events: EventSocket;
    control: EventSocket;
    data: Event;
    server: Server;
    sipPort: number;
  }) {
    this.name = parts.name;
    this.phone = parts.phone;
    this.rtp = parts.rtp;
    this.answer = parts.answer;
    this.call = parts.call;
    this.events = parts.events;
    this.control = parts.control;
    this.data = parts.data;
    this.uuid = parts.data['Unique-ID'] ?? '';
    this.#server = parts.server;
    this.#sipPort = parts.sipPort;
  }

  /** Calls the media server as drachtio-fsmrf does. */
  static async open(
    name: string,
    media: { readonly sipPort: number; readonly eventSocketPort: number; readonly password: string },
    options: EndpointOptions = {},
  ): Promise<Endpoint> {
    const { offer = phoneSdp, headers = {}, speaks = true, subscribed = false } = options;
    const phone = await WirePhone.open(name);
    phone.answers.add('BYE');
    const rtp = await RtpPhone.open((n) => voiceFrame(1, n));
    const rtpPort = Number(/m=audio (\d+)/.exec(rtp.sdp())?.[1]);
    const server = createServer();
    const came = new Promise<Socket>((resolve) => server.once('connection', resolve));
    const controllerPort = await tcpPort();
    await new Promise<void>((resolve) => server.listen(controllerPort, '127.0.0.1', resolve));
    const outbound = `127.0.0.1:${controllerPort}`;
    const target = `sip:drachtio@127.0.0.1:${media.sipPort}`;
    const call = newCall(phone, target);
    const agent = `drachtio-fsmrf:${randomUUID()}`;
    const invite = phone.make('INVITE', target, call, {
      branch: `z9hG4bK-invite-${call.id}`,
      headers: { Contact: `<${phone.uri}>`, 'User-Agent': agent, 'X-esl-outbound': outbound, ...headers },
      ...(offer === 'none' ? {} : { body: offer(rtpPort) }),
    });
    phone.send(invite, media.sipPort);
    const answer = await phone.response('200 INVITE');
    call.remoteTag = answer.to.tag;
    call.target = /<([^>]+)>/.exec(answer.get('contact') ?? '')?.[1] ?? target;
    phone.send(
      phone.make('ACK', call.target, call, {
        branch: `z9hG4bK-ack-${call.id}`,
        ...(offer === 'none' ? { body: phoneSdp(rtpPort) } : {}),
      }),
      media.sipPort,
    );
    const socket = await came;
    // what the ACK says is on the channel before anything is read of it
    await phone.settled(media.sipPort);
    const control = EventSocket.of(`${name} socket`, socket);
    const connected = await control.ask('connect');
    const data = Object.fromEntries(
      Object.entries(connected.headers).map(([key, value]) => [key, decodeURIComponent(value)]),
    );
    const events = await EventSocket.open(`${name} events`, media.eventSocketPort);
    await events.told('auth/request');
    await events.ask(`auth ${media.password}`, 'auth');
    await events.ask(`filter Unique-ID ${data['Unique-ID'] ?? ''}`, 'filter');
    await events.ask('event json ALL', 'event');
    const uuid = data['Unique-ID'] ?? '';
    // the media server reads the ACK in its own time, and tells the channel of it
    while ((await events.ask(`api uuid_getvar ${uuid} sip_to_tag`, 'fence')).body === '_undef_');
    if (subscribed) {
      await control.ask(`event json ${FSMRF_EVENTS}`, 'fence');
      await control.ask(`filter Unique-ID ${uuid}`, 'fence');
    }
    // from here on the channel is at rest, and nothing of its beginning is still under way
    await control.ask('sendmsg\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: fence=1', 'fence');
    const fenced = (event: Event): boolean =>
      event['Event-Name'] === 'CHANNEL_EXECUTE_COMPLETE' && event['Application-Data'] === 'fence=1';
    for (const socket of subscribed ? [events, control] : [events]) await socket.next(fenced);
    const standing = await events.ask(`api uuid_dump ${uuid}`, 'fence');
    for (const socket of [events, control]) socket.knows(standing.body);
    if (speaks) rtp.speakTo(Number(/m=audio (\d+)/.exec(answer.body.toString())?.[1]));
    return new Endpoint({ name, phone, rtp, answer, call, events, control, data, server, sipPort: media.sipPort });
  }

  /** Starts an application. @returns its Event-UUID */
  async start(app: string, argument = '', more = ''): Promise<string> {
    const id = randomUUID();
    this.onId(id, `${this.name} execution ${++this.#executions}`);
    const text = argument === '' ? '' : `\nexecute-app-arg: ${argument}`;
    await this.control.ask(
      `sendmsg ${this.uuid}\ncall-command: execute\nexecute-app-name: ${app}${text}\nEvent-UUID: ${id}${more}`,
      `execute ${app}`,
    );
    return id;
  }

  /** Resolves with the CHANNEL_EXECUTE_COMPLETE of an application. */
  over(id: string): Promise<Event> {
    return this.events.next(
      (event) => event['Event-Name'] === 'CHANNEL_EXECUTE_COMPLETE' && event['Application-UUID'] === id,
    );
  }

  /** Runs an application to its end. */
  async execute(app: string, argument = ''): Promise<Event> {
    return this.over(await this.start(app, argument));
  }

  set(name: string, value: string): Promise<Event> {
    return this.execute('set', `${name}=${value}`);
  }

  /** Runs an api command over the controlling connection; the uuid of the channel is its first argument. */
  async api(command: string, rest = ''): Promise<string> {
    return this.control.api(`${command} ${this.uuid}${rest === '' ? '' : ` ${rest}`}`);
  }

  /** A request inside of the dialog, from the phone. */
  say(method: string, options: Parameters<WirePhone['make']>[3] = {}): SipRequest {
    if (method !== 'ACK') this.call.sequence += 1;
    const request = this.phone.make(method, this.call.target, this.call, {
      ...(method === 'INVITE' && { headers: { Contact: `<${this.phone.uri}>` } }),
      ...options,
    });
    this.phone.send(request, this.#sipPort);
    return request;
  }

  /** The port where the media server listens for this phone's sound. */
  get mediaPort(): number {
    return Number(/m=audio (\d+)/.exec(this.answer.body.toString())?.[1]);
  }

  press(digit: string): void {
    this.rtp.press(digit, this.mediaPort);
  }

  async close(): Promise<void> {
    this.rtp.close();
    this.control.close();
    this.events.close();
    this.phone.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
