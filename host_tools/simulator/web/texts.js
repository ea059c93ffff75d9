// The page in two languages. The English text is the key, so that the markup and the code read plainly.

const CHINESE = {
  "Every sale kept, whatever fails": "无论发生什么，每一笔都在",
  "TEST KEYS - not for live cards": "测试密钥 - 不可用于真实银行卡",
  "Connecting": "连接中",
  "Live": "已连接",
  "Disconnected, trying again": "连接已断开，正在重试",
  "No connection to the simulator": "未连接到模拟器",
  "Sound": "声音",
  "Language": "语言",

  "The terminal and the cards": "终端与卡片",
  "Contactless reader": "非接读卡区",
  "Contactless lights": "非接指示灯",
  "The terminal's screen": "终端屏幕",
  "Keypad": "键盘",
  "Buzzer": "蜂鸣器",
  "Cards": "卡片",
  "Everyday": "常用",
  "Special": "特殊",
  "Click to tap. Drag onto the reader to hold it there.": "点击即挥卡；拖到读卡区则一直放着。",
  "Codes": "付款码",
  "scan": "扫码",
  "Click to hold it before the scanner.": "点击即出示给扫码器。",
  "pays at once": "即时付款",
  "the customer confirms after 8 s": "顾客 8 秒后确认",
  "the customer never confirms": "顾客不确认",
  "hardly any money in it": "余额不足",
  "waiting": "待确认",
  "pay code": "付款码",
  "tap": "挥卡",
  "take away": "移开",
  "Enter taps the card, Shift and Enter hold it on the reader": "按回车挥卡，按 Shift 加回车将卡放在读卡区",
  "amount": "金额",
  "Enter": "确认",
  "Cancel": "取消",
  "Clear": "清除",
  "double zero": "双零",
  "Menu": "菜单",

  "Where is the money?": "我的钱在哪里？",
  "Banked": "已收妥",
  "Stored, not yet banked": "已受理待上送",
  "Checking": "处理中",
  "in the ledger: {n}": "已入账：{n} 笔",
  "nothing yet": "暂无",
  "safe in the terminal: {n}": "已存终端：{n} 笔",
  "nothing waiting": "没有待上送",
  "asking the acquirer: {n}": "正在核实：{n} 笔",
  "nothing in doubt": "没有待核实",

  "What you can break": "可以制造的故障",
  "Terminal": "终端",
  "Network": "网络",
  "Backup": "备用",
  "Backup network": "备用网络",
  "Acquirer": "收单行",
  "POWER CUT": "断电",
  "Power on": "开机",
  "Up": "正常",
  "Slow": "缓慢",
  "Drops replies": "丢应答",
  "Down": "中断",
  "running": "运行中",
  "stopped": "已停止",
  "Cut later…": "延后断电…",
  "before operation {n}": "第 {n} 次操作之前断电",
  "tearing operation {n}": "第 {n} 次操作写一半断电",
  "after operation {n}": "第 {n} 次操作之后断电",
  "Cut the power at a flash operation": "在某次闪存操作时断电",
  "Which one from now on (1 is the next)": "从现在起第几次（1 为下一次）",
  "When to cut": "断电时机",
  "before": "之前",
  "torn": "写一半",
  "after": "之后",
  "Torn stops in the middle, so that only part of the bytes are written.": "“写一半”在操作中途断电，只写入部分字节。",
  "Arm the cut": "设定断电",

  "Journal in the terminal's flash": "终端闪存中的日志",
  "Records, newest first": "记录（新的在前）",
  "No records": "暂无记录",
  "{n} records": "{n} 条记录",
  "{used} of {all} sectors in use": "{all} 个扇区已用 {used} 个",
  "and {n} older ones": "以及更早的 {n} 条",
  "sector {n}: {state}": "扇区 {n}：{state}",
  "Sector {n}": "扇区 {n}",
  "sector {n} is being written: {fill} of {all} pages": "正在写扇区 {n}：已用 {fill}/{all} 页",
  "no record of a sale": "无交易记录",
  "Ledger at the acquirer": "收单行账本",
  "{n} entries": "{n} 笔",
  "No entries": "暂无入账",
  "Time": "时间",
  "What": "内容",
  "Amount": "金额",
  "Net total": "净额合计",
  "What happened": "发生了什么",

  "paid": "已收妥",
  "stored": "待上送",
  "checking": "处理中",
  "returned": "已退回",
  "failed": "未成功",
  "released": "已释放",
  "posted": "已入账",
  "exception": "待人工处理",
  "reversed": "已冲正",
  "declined": "已拒绝",
  "tombstone": "冲正无原交易",
  "refused": "退款被拒",
  "sale": "消费",
  "offline sale": "离线消费",
  "reversal": "冲正",
  "refund": "退货",
  "void": "消费撤销",
  "return": "退款",
  "dead return": "退款待人工处理",
  "intent": "意向",
  "request": "联机请求",
  "abandoned": "已放弃",
  "dead": "待人工处理",
  "boot": "启动",
  "blank": "空白",
  "open": "写入中",
  "full": "已写满",
  "erasing": "擦除中",
};

const STORE = "tapstone.language";
let language = remembered() || (navigator.language.startsWith("zh") ? "zh" : "en");

function remembered() {
  const stored = localStorage.getItem(STORE);
  return stored === "zh" || stored === "en" ? stored : null;
}

/** The text in the page's language, with {names} filled in; unknown texts stay as they are. */
export function t(text, values = {}) {
  const known = language === "zh" && Object.hasOwn(CHINESE, text) ? CHINESE[text] : text;
  return known.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export const inChinese = () => language === "zh";

export function setLanguage(chosen) {
  language = chosen;
  localStorage.setItem(STORE, chosen);
}

/** Writes every marked text of the document in the present language. */
export function translateDocument() {
  document.documentElement.lang = inChinese() ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-t]")) {
    element.dataset.t ||= element.textContent.trim();
    element.textContent = t(element.dataset.t);
  }
  for (const element of document.querySelectorAll("[data-t-label]")) {
    element.dataset.tLabel ||= element.getAttribute("aria-label");
    element.setAttribute("aria-label", t(element.dataset.tLabel));
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", button.dataset.language === language);
  }
}
