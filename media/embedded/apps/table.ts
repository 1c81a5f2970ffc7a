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
import * as small from './small.ts';
import { socket } from './socket.ts';
import { startDtmf, stopDtmf } from './tone-keys.ts';

/** Every application this server knows, by FreeSWITCH's name. */
export const apps: ReadonlyMap<string, App> = new Map<string, App>([
  ['answer', answer],
  ['bind_digit_action', bindDigitAction],
  ['conference', conference],
  ['eavesdrop', eavesdrop],
  ['echo', small.echo],
  ['event', event],
  ['export', exportVariable],
  ['flush_dtmf', small.flushDtmf],
  ['hangup', hangup],
  ['log', small.log],
  ['multiset', multiset],
  ['multiunset', small.multiunset],
  ['park', park],
  ['play_and_get_digits', playAndGetDigits],
  ['playback', playback],
  ['pre_answer', small.nothing],
  ['record', record],
  ['record_session', small.recordSession],
  ['ring_ready', small.nothing],
  ['sched_hangup', small.schedHangup],
  ['send_dtmf', sendDtmf],
  ['set', set],
  ['set_mute', setMute],
  ['sleep', sleep],
  ['socket', socket],
  ['spandsp_start_dtmf', startDtmf],
  ['spandsp_stop_dtmf', stopDtmf],
  ['start_dtmf', startDtmf],
  ['stop_dtmf', stopDtmf],
  ['stop_record_session', small.stopRecordSession],
  ['transfer', small.transfer],
  ['unset', unset],
  ['uuid_bridge', bridgeApp],
]);
