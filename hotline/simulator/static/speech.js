// Reads captions aloud with the browser's own voices, in the language each Say asked for.

// Twilio's Mandarin and Cantonese codes are ISO 639-3; browsers know them by the older names.
const BROWSER_NAMES = {
  "cmn-CN": "zh-CN",
  "cmn-Hans-CN": "zh-CN",
  "cmn-TW": "zh-TW",
  "yue-CN": "zh-HK",
  "yue-HK": "zh-HK",
  "yue-Hant-HK": "zh-HK",
};

export function speechLanguage(language) {
  return BROWSER_NAMES[language] ?? language;
}

export function createSpeaker() {
  const heard = new Map(); // line → whether it had been interrupted when last seen
  let on = false;
  let speaking = null; // sid of the call being read

  return { turn, follow, hush };

  function turn(wanted) {
    on = wanted && "speechSynthesis" in window;
    if (!on) stop();
  }

  // Reads what is new in these calls; what was said before the switch went on stays unread.
  function follow(calls) {
    if (speaking && !calls.some((call) => call.sid === speaking && call.phase === "active")) stop();
    for (const call of calls) {
      for (const line of call.lines.filter((one) => one.kind === "said")) {
        const name = `${call.sid}/${line.id}`;
        const before = heard.get(name);
        heard.set(name, line.interrupted);
        if (before === false && line.interrupted) hush(call.sid);
        if (before === undefined && !line.interrupted && on && call.phase === "active") say(call.sid, line);
      }
    }
  }

  function hush(sid) {
    if (sid === speaking) stop();
  }

  function say(sid, line) {
    const utterance = new SpeechSynthesisUtterance(line.text);
    utterance.lang = speechLanguage(line.language ?? "zh-CN");
    speaking = sid;
    speechSynthesis.speak(utterance);
  }

  function stop() {
    speaking = null;
    if ("speechSynthesis" in window) speechSynthesis.cancel();
  }
}
