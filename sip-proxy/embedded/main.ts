/** The SIP server alone, as a command. */
import './alone/main.ts';
