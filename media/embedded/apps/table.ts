import type { App } from '#media/embedded/app-stack.ts';
import { bridgeApp } from '#media/embedded/bridges.ts';
import { conference } from './conference.ts';
import { bindDigitAction, event } from './digit-actions.ts';
import { eavesdrop } from './eavesdrop.ts';
import { park } from './park.ts';
import { playAndGetDigits } from './play-and-get-digits.ts';
import { playback } from './playback.ts';
import { record } from './record.ts';
import { answer, exportVariable, hangup, multiset, sendDtmf, set, setMute, unset } from './settings.ts';
import { sleep } from './sleep.ts';
import { socket } from './socket.ts';
import { startDtmf, stopDtmf } from './tone-keys.ts';

/** Every application this server knows, by FreeSWITCH's name. */
export const apps: ReadonlyMap<string, App> = new Map<string, App>([
  ['answer', answer],
  ['bind_digit_action', bindDigitAction],
  ['conference', conference],
  ['eavesdrop', eavesdrop],
  ['event', event],
  ['export', exportVariable],
  ['hangup', hangup],
  ['multiset', multiset],
  ['park', park],
  ['play_and_get_digits', playAndGetDigits],
  ['playback', playback],
  ['record', record],
  ['send_dtmf', sendDtmf],
  ['set', set],
  ['set_mute', setMute],
  ['sleep', sleep],
  ['socket', socket],
  ['spandsp_start_dtmf', startDtmf],
  ['spandsp_stop_dtmf', stopDtmf],
  ['start_dtmf', startDtmf],
  ['stop_dtmf', stopDtmf],
  ['unset', unset],
  ['uuid_bridge', bridgeApp],
]);
