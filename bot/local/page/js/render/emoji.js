// Slack's short names for the emoji that people use at work, as characters. Others stay `:as_written:`.

const NAMES = `
+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 ok_hand 👌 clap 👏 raised_hands 🙌 pray 🙏 wave 👋 point_right 👉 point_left 👈
point_up ☝️ point_down 👇 muscle 💪 handshake 🤝 eyes 👀 brain 🧠 tada 🎉 confetti_ball 🎊 sparkles ✨ star ⭐ star2 🌟
fire 🔥 rocket 🚀 100 💯 heart ❤️ blue_heart 💙 green_heart 💚 broken_heart 💔 smile 😄 smiley 😃 grinning 😀 grin 😁 joy 😂
laughing 😆 wink 😉 blush 😊 slightly_smiling_face 🙂 neutral_face 😐 thinking_face 🤔 thinking 🤔 confused 😕 worried 😟
cry 😢 sob 😭 disappointed 😞 angry 😠 rage 😡 sweat_smile 😅 sunglasses 😎 heart_eyes 😍 hugging_face 🤗 scream 😱 sleeping 😴
zzz 💤 robot_face 🤖 ghost 👻 see_no_evil 🙈 bust_in_silhouette 👤 busts_in_silhouette 👥 technologist 🧑‍💻
white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎ heavy_plus_sign ➕
heavy_minus_sign ➖ question ❓ grey_question ❔ exclamation ❗ grey_exclamation ❕ bangbang ‼️ warning ⚠️ no_entry ⛔
no_entry_sign 🚫 octagonal_sign 🛑 rotating_light 🚨 sos 🆘 information_source ℹ️ bulb 💡 mag 🔍 mag_right 🔎 bell 🔔
no_bell 🔕 loudspeaker 📢 mega 📣 speech_balloon 💬 thought_balloon 💭 left_speech_bubble 🗨️ email ✉️ envelope ✉️ inbox_tray 📥
outbox_tray 📤 mailbox 📫 phone ☎️ telephone_receiver 📞 calendar 📅 date 📅 spiral_calendar_pad 🗓️ clock1 🕐 clock3 🕒
hourglass ⌛ hourglass_flowing_sand ⏳ stopwatch ⏱️ alarm_clock ⏰ watch ⌚ pushpin 📌 round_pushpin 📍 paperclip 📎 link 🔗
lock 🔒 unlock 🔓 key 🔑 closed_lock_with_key 🔐 shield 🛡️ wrench 🔧 hammer 🔨 gear ⚙️ toolbox 🧰 package 📦 gift 🎁
memo 📝 pencil 📝 pencil2 ✏️ clipboard 📋 page_facing_up 📄 page_with_curl 📃 bookmark 🔖 bookmark_tabs 📑 book 📖 books 📚
open_book 📖 file_folder 📁 open_file_folder 📂 card_index_dividers 🗂️ newspaper 📰 ledger 📒 notebook 📓
chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 moneybag 💰 dollar 💵 credit_card 💳 receipt 🧾
office 🏢 house 🏠 earth_africa 🌍 globe_with_meridians 🌐 compass 🧭 world_map 🗺️ motorway 🛣️ vertical_traffic_light 🚦
trophy 🏆 medal 🏅 dart 🎯 checkered_flag 🏁 triangular_flag_on_post 🚩 waving_white_flag 🏳️ seedling 🌱 herb 🌿 deciduous_tree 🌳
sunny ☀️ cloud ☁️ rainbow 🌈 zap ⚡ coffee ☕ birthday 🎂 beers 🍻 red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡
large_green_circle 🟢 large_blue_circle 🔵 white_circle ⚪ black_circle ⚫ small_blue_diamond 🔹 large_blue_diamond 🔷
arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ arrow_upper_right ↗️ arrow_lower_right ↘️ repeat 🔁 arrows_counterclockwise 🔄
fast_forward ⏩ double_vertical_bar ⏸️ black_square_for_stop ⏹️ arrow_forward ▶️ one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣
speak_no_evil 🙊 broom 🧹 test_tube 🧪 microscope 🔬 telescope 🔭 satellite 📡 computer 💻 desktop_computer 🖥️ iphone 📱 printer 🖨️
art 🎨 label 🏷️ ticket 🎫 construction 🚧 recycle ♻️ infinity ♾️ new 🆕 up 🆙 cool 🆒 free 🆓 soon 🔜 end 🔚 back 🔙`;

const words = NAMES.trim().split(/\s+/);
const EMOJI = new Map();
for (let i = 0; i + 1 < words.length; i += 2) EMOJI.set(words[i], words[i + 1]);

/** What to offer first when somebody reacts. */
export const QUICK_REACTIONS = ["+1", "white_check_mark", "eyes", "tada", "heart", "thinking_face", "pray", "-1"];

/** The character for a short name, skin tones ignored; null where it is not known. */
export function emojiFor(name) {
  return EMOJI.get(name.replace(/::skin-tone-\d$/, "")) ?? null;
}

/** For reactions: the character, else the name between colons. */
export function emojiOrName(name) {
  return emojiFor(name) ?? `:${name}:`;
}

/** Short names that start with, then contain, what was typed. At most `limit`. */
export function searchEmoji(part, limit = 8) {
  const names = [...EMOJI.keys()];
  const starts = names.filter((name) => name.startsWith(part));
  const contains = names.filter((name) => !name.startsWith(part) && name.includes(part));
  return [...starts, ...contains].slice(0, limit).map((name) => ({ name, character: EMOJI.get(name) }));
}
