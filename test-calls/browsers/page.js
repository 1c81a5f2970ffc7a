/* global window, document, navigator, AudioContext, RTCPeerConnection, RTCRtpReceiver */
import { Inviter, Registerer, RegistererState, SessionState, UserAgent } from 'sip.js';

/**
 * A telephone in a page: SIP.js with the browser's own WebRTC. An oscillator is its microphone, an analyser its ear. What the test calls
 * from outside is `window.telephone`.
 */

const FFT = 8192;
const audio = new AudioContext();
const microphone = audio.createMediaStreamDestination();
const ear = audio.createAnalyser();
ear.fftSize = FFT;

// SIP.js stops what it was given when a call ends
navigator.mediaDevices.getUserMedia = async () => microphone.stream.clone();

const speak = (hertz) => {
  const oscillator = audio.createOscillator();
  oscillator.frequency.value = hertz;
  const gain = audio.createGain();
  gain.gain.value = 0.5;
  oscillator.connect(gain).connect(microphone);
  oscillator.start();
};

/** No other codec is offered, or answered with. */
const allow = (mimeType) => {
  const addTrack = RTCPeerConnection.prototype.addTrack;
  RTCPeerConnection.prototype.addTrack = function (...all) {
    const sender = addTrack.apply(this, all);
    const { codecs } = RTCRtpReceiver.getCapabilities('audio');
    const wanted = codecs.filter((codec) => [mimeType, 'audio/telephone-event'].includes(codec.mimeType));
    this.getTransceivers()
      .find((one) => one.sender === sender)
      .setCodecPreferences(wanted);
    return sender;
  };
};

const reaching = (what, state) =>
  new Promise((resolve) => what.stateChange.addListener((now) => now === state && resolve()));

let agent;
let session;

const begun = async (one) => {
  session = one;
  await reaching(one, SessionState.Established);
  const stream = one.sessionDescriptionHandler.remoteMediaStream;
  // without an element that plays it, Chromium gives nothing of a peer's sound to the analyser
  const player = document.createElement('audio');
  player.muted = true;
  player.srcObject = stream;
  await player.play();
  audio.createMediaStreamSource(stream).connect(ear);
};

window.telephone = {
  async start({ server, name, hertz, mimeType }) {
    await audio.resume();
    speak(hertz);
    allow(mimeType);
    agent = new UserAgent({
      uri: UserAgent.makeURI(`sip:${name}@example.invalid`),
      transportOptions: { server },
      logLevel: 'error',
      delegate: {
        onInvite: (invitation) => {
          void begun(invitation);
          void invitation.accept();
        },
      },
    });
    await agent.start();
    const registerer = new Registerer(agent, { expires: 60 });
    const registered = reaching(registerer, RegistererState.Registered);
    await registerer.register();
    await registered;
  },

  async call(target) {
    const inviter = new Inviter(agent, UserAgent.makeURI(target));
    const talking = begun(inviter);
    await inviter.invite();
    await talking;
  },

  press(key) {
    return session.sessionDescriptionHandler.sendDtmf(key);
  },

  /** The strongest frequency that is heard, in Hz; 0: silence. */
  heard() {
    const levels = new Float32Array(ear.frequencyBinCount);
    ear.getFloatFrequencyData(levels);
    const at = levels.indexOf(Math.max(...levels));
    return levels[at] > -60 ? (at * audio.sampleRate) / FFT : 0;
  },

  /** What is spoken, by the browser's own count. */
  async codec() {
    const { peerConnection } = session.sessionDescriptionHandler;
    const stats = [...(await peerConnection.getStats()).values()];
    const sent = stats.find(({ type, kind }) => type === 'outbound-rtp' && kind === 'audio');
    return stats.find(({ id }) => id === sent.codecId).mimeType;
  },

  async hangUp() {
    const over = reaching(session, SessionState.Terminated);
    await session.bye();
    await over;
  },
};
