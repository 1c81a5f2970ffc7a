/** A setting is wrong; the message is one line that names it. */
export class WrongSetting extends Error {
  override readonly name = 'WrongSetting';
}
