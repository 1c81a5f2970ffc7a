import type { Wording } from './notice.ts';

/** Of a number that takes part in nothing; who takes part in TextPay hears it from there. */
export interface OptOutNews {
  readonly kind: 'texts-stopped' | 'texts-started';
}

const texts = {
  en: {
    'texts-stopped': 'Homeline: you are opted out and get no more texts. Reply START to undo.',
    'texts-started':
      'Homeline: texts may come again. TextPay is not joined by this; join on the web or by phone. STOP to end.',
  },
  es: {
    'texts-stopped': 'Homeline: cancelado, no recibirá más mensajes. Responda START para volver.',
    'texts-started':
      'Homeline: puede volver a recibir mensajes. TextPay no se activa con esto; actívelo en la web o por teléfono. STOP: terminar.',
  },
} as const;

export const optOutWords: Wording<OptOutNews> = ({ news, language }) => ({
  text: texts[language][news.kind],
  ...(news.kind === 'texts-stopped' && { despiteOptOut: true }),
});
