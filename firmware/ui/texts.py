"""Every text a merchant reads: key -> (Chinese, English).

A pure literal: the font maker parses this file (it does not import it) to learn which characters
the fonts need, and the build packs it into the file that the device reads (`ui/words.py`). What a
sale is called is always one of five words: paid, stored, checking, returned, failed. `{}` is filled
in by the screen.
"""

TEXTS = {
    # The five words, and where the money is in each case.
    "paid": ("已收妥", "Paid"),
    "stored": ("已受理待上送", "Stored"),
    "checking": ("处理中", "Checking"),
    "returned": ("已退回", "Returned"),
    "failed": ("未成功", "Failed"),
    "not_banked": ("尚未入账", "NOT yet banked"),
    "not_approved": ("尚未收款", "NOT paid yet"),
    "where_paid": (
        "收单机构已收妥，\n随下一次结算到账。",
        "The acquirer has it.\nArrives at settlement.",
    ),
    "where_stored": (
        "尚未入账：保存在本机，\n联网后自动上送。",
        "NOT banked yet. Kept,\nsent when online again.",
    ),
    "where_undecided": (
        "尚未收款：尚无批准。\n联网后由银行决定，\n也可能被拒绝。",
        "NOT paid yet. The bank\ndecides when online\nagain, and may say no.",
    ),
    "where_unsaid": (
        "银行已有结果，\n但本机没有记下。\n请在操作中问银行。",
        "The bank has decided,\nbut how is not kept\nhere. Ask the bank.",
    ),
    "where_checking": (
        "尚未收到可信答复，\n正在撤销，\n请按未收款处理。",
        "No trustworthy answer.\nBeing cancelled:\ntreat it as NOT paid.",
    ),
    "where_returned": (
        "已撤销，款项不会入账；\n如已扣款将退回持卡人。",
        "Cancelled: NOT paid.\nAny charge goes back\nto the customer.",
    ),
    "where_failed": (
        "没有收到款项，\n请换一种付款方式。",
        "No money was taken.\nUse another way to pay.",
    ),
    # The same for a return.
    "back_stored": (
        "已记下，\n将尽快上送银行退款。",
        "It is kept and goes to\nthe bank as soon as\npossible.",
    ),
    "back_returned": (
        "银行已受理，\n款项退回持卡人。",
        "The bank has it:\nthe money goes back\nto the customer.",
    ),
    "back_checking": (
        "银行未受理，没有退款，\n请联系客服。",
        "The bank refused it.\nNothing was given back.\nPlease call support.",
    ),
    # Status bar.
    "test_keys": ("测试密钥", "TEST KEYS"),
    "pending": ("{} 笔未入账", "{} stored, not banked"),
    "pending_short": ("{} 笔", "{} stored"),
    "to_check": ("{} 笔核对中", "{} being checked"),
    "to_check_short": ("{} 笔核对", "{} to check"),
    "pending_to_check": ("未入账 {}，核对中 {}", "{} stored, {} to check"),
    "pending_to_check_short": ("{} 笔，核对 {}", "{} + {} to check"),
    # Titles.
    "brand": ("Tapstone", "Tapstone"),
    "starting": ("正在启动…", "Starting"),
    "enter_amount": ("收款金额", "Amount to charge"),
    "present_card": ("请挥卡", "Tap to pay"),
    "try_again": ("请再挥一次", "Tap again"),
    "cannot_sell": ("暂不能收款", "Not possible"),
    "fault": ("设备故障", "Device fault"),
    "charge_again": ("再收一笔？", "Charge again?"),
    "defer_ask": ("先记下来？", "Keep it?"),
    "history": ("收款记录", "Sales"),
    "menu": ("菜单", "Menu"),
    "send_again": ("再次上送", "Send again"),
    "settle": ("日结", "Settle"),
    "ask_bank": ("问问银行", "Ask the bank"),
    "this_sale": ("这笔收款", "This sale"),
    "network_check": ("网络检查", "Network check"),
    "net_log": ("网络日志", "Network log"),
    "give_back": ("退款", "Give back"),
    "call_off": ("撤销这笔", "Call off"),
    "call_off_ask": ("撤销这笔？", "Call it off?"),
    "give_back_ask": ("确认退款？", "Give back?"),
    "no_sales": ("还没有收款记录", "No sales yet"),
    # Sentences.
    "how_to_start": ("输入金额，按绿键收款", "Key in the amount,\nthen press green"),
    "ready_to_charge": ("金额无误，按绿键收款", "If it is right, press green"),
    "card_phone_watch": ("银行卡、手机、手表均可", "Card, phone or watch"),
    "card_phone_code": ("银行卡、手机或付款码", "Card, phone or pay code"),
    "customer_pays": ("等待顾客付款", "Customer is paying"),
    "customer_confirms": ("请顾客在手机上确认", "Confirm on the phone"),
    "no_line_now": ("网络中断，等待恢复", "Line lost, waiting"),
    "seconds_left": ("还等 {} 秒", "{} seconds left"),
    "remove_card": ("可以移开卡片", "Remove the card"),
    "contacting_bank": ("正在联系银行", "Asking the bank"),
    "nothing_charged": ("没有扣款", "No money was taken"),
    "stored_explained": (
        "联网后自动上送银行",
        "Sent when online again",
    ),
    "defer_sure": (
        "没有网络，无人批准。\n联网后由银行决定，\n如被拒绝损失归商户。",
        "No line, no approval.\nThe bank decides later.\nA refusal is your loss.",
    ),
    "deferred_explained": (
        "联网后由银行决定",
        "The bank decides later",
    ),
    "denied_explained": (
        "离线记下的这笔后来\n被银行拒绝，没有收到\n款项。请联系顾客。",
        "The bank declined what\nwas stored: NOT paid.\nCall the customer.",
    ),
    "call_off_sure": (
        "银行不会再为这笔扣款，\n不能恢复。",
        "The customer is not\ncharged for it. It\ncannot be undone.",
    ),
    "call_off_done": (
        "已记下：这笔不再收款，\n联网后告知银行。\n如已扣款将退回持卡人。",
        "It is called off.\nThe bank will be told;\nany charge goes back.",
    ),
    "call_off_late": (
        "银行已有决定，\n请再查看这笔收款。",
        "The bank has decided.\nLook at the sale again.",
    ),
    "declined_later": ("离线收款被拒", "Declined later"),
    "in_doubt": (
        "未收到银行答复，\n请按未收款处理。\n正在自动撤销，\n如已扣款将退回持卡人。",
        "No answer yet:\ntreat it as NOT paid.\nIt is being cancelled;\nany charge goes back.",
    ),
    "left_to_give": ("最多可退 {}", "Up to {}"),
    "other_amount": ("可输入其他金额", "or key another amount"),
    "give_back_sure": (
        "确认后上送银行，\n不能撤回。",
        "It goes to the bank and\ncannot be taken back.",
    ),
    "code_cancelling": (
        "顾客尚未确认付款，\n正在撤销，\n请按未收款处理；\n如已扣款将退回顾客。",
        "Not confirmed in time.\nBeing cancelled:\ntreat it as NOT paid;\nany charge goes back.",
    ),
    "offline_used": ("离线收款已用 {}/{} 笔", "{} of {} offline sales used"),
    "call_support": ("请联系客服", "Please call support"),
    # What the bank says about a sale.
    "bank_cancelling": (
        "银行已收到，正在撤销，\n请按未收款处理。",
        "The bank had it. It is\nbeing cancelled:\ntreat it as NOT paid.",
    ),
    "bank_contradicts": (
        "银行的记录与本机不符，\n请联系客服。",
        "The bank's record is\nnot the same as ours.\nPlease call support.",
    ),
    "bank_declined": (
        "银行未批准这笔收款，\n没有到账。",
        "The bank declined it.\nNo money arrives.",
    ),
    "bank_exception": (
        "银行已收妥，\n有一项正在核对，\n您无需操作。",
        "The bank has it and is\nchecking a detail.\nNothing for you to do.",
    ),
    "bank_has_nothing": (
        "银行没有这笔收款，\n顾客没有被扣款。",
        "The bank has nothing.\nNo money was taken.",
    ),
    "bank_lost": (
        "银行没有这笔收款，\n本机已无法补送，\n请联系客服。",
        "The bank has no record,\nand it cannot be sent\nagain. Call support.",
    ),
    "bank_not_yet": (
        "银行尚未收到。\n已保存在本机，\n联网后自动上送。",
        "Not at the bank yet.\nKept here, sent when\nonline.",
    ),
    "bank_posted": (
        "银行已收妥，\n随结算批次到账。",
        "The bank has it. It is\npaid out with its batch.",
    ),
    "bank_refused": (
        "这笔已撤销，\n银行不会再入账。",
        "It was cancelled. The\nbank will not book it.",
    ),
    "bank_refuses": (
        "银行不受理这笔收款。\n请联系客服，\n处理后再次上送。",
        "The bank does not take\nit. Call support, then\nsend it again.",
    ),
    "bank_told_again": (
        "银行原先没有这笔，\n已再次上送，\n银行现已收妥。",
        "The bank had lost it.\nIt was sent again:\nthe bank has it now.",
    ),
    "send_again_done": (
        "已放回待上送队列，\n联网后自动上送。",
        "Back in the queue: sent\nas soon as online.",
    ),
    "bank_returned": ("这笔款已退回，\n不会到账。", "It was given back.\nNo money arrives."),
    "ask_no_line": (
        "网络未连接，\n现在问不到银行，\n请稍后再试。",
        "Not connected now:\nask the bank again\na little later.",
    ),
    # Labels of details.
    "received_on": ("银行收到", "Received"),
    "batch_open": ("批次（未结）", "Open batch"),
    "batch_closed": ("批次（已结）", "Closed batch"),
    "pays_on": ("到账日", "Arrives on"),
    "sold_online": ("联机", "Online"),
    "sold_offline": ("脱机", "Offline"),
    "sold_deferred": ("待授权", "Deferred"),
    "given_back_total": ("退款", "Given back"),
    "sum": ("合计", "Total"),
    "differences": ("不符笔数", "Differences"),
    "card": ("卡号", "Card"),
    "pay_code": ("付款码", "Pay code"),
    "reference": ("参考号", "Reference"),
    "code": ("代码", "Code"),
    "support": ("客服电话", "Support"),
    "given_back": ("已退款", "Given back"),
    "cardholder": ("持卡人", "Cardholder"),
    # How the cardholder was verified.
    "no_cvm": ("免密免签", "No check needed"),
    "signature": ("请签名", "Please sign"),
    "online_pin": ("密码已验证", "PIN checked"),
    "device": ("手机已验证", "Phone checked"),
    # Network check: its steps, what they find, what happened to the line, and why.
    "net_link": ("无线网络", "Wi-Fi"),
    "net_address": ("本机地址", "Address"),
    "net_dns": ("域名", "Name"),
    "net_tcp": ("连接主机", "Reach host"),
    "net_tls": ("安全连接", "Security"),
    "net_echo": ("主机应答", "Host reply"),
    "net_speed": ("速度", "Speed"),
    "net_joined": ("已连接", "joined"),
    "net_no_name": ("不需要", "not needed"),
    "net_in_use": ("使用中", "in use"),
    "net_came": ("无线网络已连接", "Wi-Fi joined"),
    "net_reached": ("已连上收单机构", "Host connected"),
    "net_dropped": ("连接中断", "Connection lost"),
    "net_failed": ("连接失败", "Not connected"),
    "net_after": ("历时 {}", "after {}"),
    "net_log_empty": ("还没有记录", "Nothing happened yet"),
    "cause_down": ("未连接", "not joined"),
    "cause_none": ("没有", "none"),
    "cause_unknown": ("查不到", "not found"),
    "cause_no_answer": ("无应答", "no answer"),
    "cause_refused": ("被拒绝", "refused"),
    "cause_hung_up": ("被挂断", "hung up"),
    "cause_certificate": ("证书不可信", "not trusted"),
    "cause_stranger": ("不是收单机构", "a stranger"),
    "cause_no_network": ("没有网络", "no network"),
    "cause_host_unreachable": ("无应答", "no answer"),
    "cause_host_certificate": ("证书不可信", "not trusted"),
    "cause_host_refused": ("被拒绝", "refused"),
    # Announced maintenance.
    "notices": ("系统通知", "Notices"),
    "no_notices": ("目前没有系统通知。", "Nothing is announced."),
    "maintenance_planned": ("计划维护", "Maintenance"),
    "maintenance_active": ("正在维护", "Maintenance now"),
    "maintenance_overdue": ("维护超时未恢复", "Maintenance is late"),
    "maintenance_over": ("维护已结束", "Maintenance is over"),
    "maintenance_from": ("计划维护", "Maintenance at"),
    "maintenance_until": ("正在维护，预计至", "Maintenance until"),
    "maintenance_late": ("维护超时，预计至", "Maintenance late"),
    "maintenance_window": ("时间", "When"),
    "maintenance_scope": ("影响范围", "Affected"),
    "maintenance_recovery": ("预计恢复", "Back by"),
    "scope_all": ("全部业务", "everything"),
    "scope_online": ("联机交易", "online sales"),
    "scope_settlement": ("结算", "settlement"),
    "scope_qr": ("扫码付款", "pay codes"),
    # About this terminal.
    "about": ("关于本机", "About"),
    "serial": ("序列号", "Serial"),
    "terminal_id": ("终端号", "Terminal"),
    "merchant_id": ("商户号", "Merchant"),
    "firmware": ("固件版本", "Firmware"),
    "parameters": ("参数版本", "Parameters"),
    "limit_sale": ("单笔限额", "Per sale"),
    "limit_count": ("离线笔数", "Offline sales"),
    "limit_sum": ("离线限额", "Offline limit"),
    "stored_now": ("离线已用", "Of that used"),
    "limit_age": ("最久未上送", "Oldest waits"),
    "limit_cards": ("离线卡种", "Offline cards"),
    "fee_credit": ("信用卡费率", "Fee, credit"),
    "fee_debit": ("借记卡费率", "Fee, debit"),
    "fee_qr": ("扫码费率", "Fee, codes"),
    "account": ("结算账户", "Account"),
    "cycle": ("结算周期", "Paid out"),
    "valid_from": ("生效日期", "Valid from"),
    # Factory reset: what would be lost by it.
    "reset": ("恢复出厂", "Factory reset"),
    "resetting": ("正在清除全部数据…", "Erasing everything"),
    "lost_stored": ("未入账", "Stored"),
    "lost_in_doubt": ("处理中", "In doubt"),
    "lost_for_people": ("待核对", "To check"),
    "lost_returns": ("待退款", "To give back"),
    "lost_unsettled": ("未日结", "Unsettled"),
    # What the keys do.
    "key_charge": ("收款", "Charge"),
    "key_clear": ("更正", "Clear"),
    "key_cancel": ("取消", "Cancel"),
    "key_done": ("完成", "Done"),
    "key_ok": ("知道了", "OK"),
    "key_menu": ("菜单", "Menu"),
    "key_language": ("EN", "中文"),
    "key_next": ("下一页", "Next"),
    "key_more": ("操作", "Actions"),
    "key_back": ("返回", "Back"),
    "key_view": ("查看", "View"),
    "key_select": ("选择", "Move"),
    "key_again": ("再收一笔", "Charge"),
    "reset_yes": ("清除", "Erase"),
    "reset_ask": ("申请许可", "Ask bank"),
    "key_log": ("日志", "Log"),
    "key_defer": ("记下", "Keep"),
    "key_seen": ("知道了", "Seen"),
    "key_later": ("稍后", "Later"),
    # Reasons, each with what to do. Lines are broken by hand; a test says where one is too long.
    "amount_over_limit": (
        "超出单笔限额，\n请减小金额，\n或换一种付款方式。",
        "Over the limit per sale.\nUse a smaller amount\nor another way to pay.",
    ),
    "card_amount_limit": (
        "超出此卡的金额限制，\n请减小金额或换一张卡。",
        "Over this card's limit.\nTry another card.",
    ),
    "card_blocked": ("此卡已停用，\n请换一张卡。", "This card is blocked.\nTry another card."),
    "card_count_limit": (
        "超出此卡的次数限制，\n请换一张卡。",
        "Card used too often.\nTry another card.",
    ),
    "card_declined": ("卡片拒绝了本次交易，\n请换一张卡。", "The card said no.\nTry another card."),
    "card_error": ("卡片数据有误，\n请换一张卡。", "The card's data is bad.\nTry another card."),
    "card_expired": ("卡片已过有效期，\n请换一张卡。", "This card has expired.\nTry another card."),
    "card_lost": (
        "卡片移开太早，\n请再挥一次并保持不动。",
        "The card left too early.\nTap again, hold it still.",
    ),
    "card_not_supported": (
        "本机不支持此卡，\n请换一张卡。",
        "Card is not supported.\nTry another card.",
    ),
    "code_invalid": (
        "付款码无效，\n请顾客刷新后再出示。",
        "Pay code is not valid.\nAsk for a fresh one.",
    ),
    "code_not_paid": (
        "顾客没有确认付款，\n没有扣款。",
        "It was not confirmed;\nno money was taken.",
    ),
    "code_offline": (
        "付款码须联网，\n现在请用银行卡。",
        "Pay codes need the\nnetwork; take a card.",
    ),
    "code_used": (
        "付款码已用过，\n请顾客刷新后再出示。",
        "Pay code is used up.\nAsk for a fresh one.",
    ),
    "cvm_failed": (
        "未能验证持卡人，\n请换一种付款方式。",
        "Cardholder not verified.\nUse another way to pay.",
    ),
    "host_certificate": (
        "收单机构证书不可信，\n请联系客服。",
        "The acquirer's identity\nis not trusted.\nPlease call support.",
    ),
    "host_refused": (
        "收单机构不受理本机，\n请联系客服。",
        "Terminal not accepted.\nPlease call support.",
    ),
    "host_unreachable": (
        "联系不上收单机构，\n请稍后重试。",
        "Acquirer not reached.\nTry again a little later.",
    ),
    "insufficient_funds": (
        "余额不足，\n请换一种付款方式。",
        "Not enough money.\nUse another way to pay.",
    ),
    "invalid_card": ("卡号无效，请换一张卡。", "Card number not valid.\nTry another card."),
    "issuer_declined": (
        "发卡行未批准，\n请换一种付款方式。",
        "The card's bank said no.\nUse another way to pay.",
    ),
    "issuer_unreachable": (
        "发卡行暂时无法应答，\n请稍后重试或换一张卡。",
        "The bank is silent. Try\nlater, or another card.",
    ),
    "journal_full": (
        "本机存储已满，\n请联网上送后再收款。",
        "The terminal is full.\nConnect the terminal,\nto send what is stored.",
    ),
    "journal_unreadable": (
        "存储无法读取，\n请勿清除，联系客服。",
        "Memory is unreadable.\nErase nothing.\nPlease call support.",
    ),
    "net_all_well": ("一切正常。", "All is well."),
    "net_weak": (
        "网络可用，但信号弱，\n请靠近路由器。",
        "It works; the signal is\nweak. Move closer.",
    ),
    "net_slow": ("网络可用，但很慢，\n请稍等或换网络。", "It works, but slowly."),
    "net_unsteady": (
        "连接不稳定，\n请靠近路由器后再试。",
        "The line is unsteady.\nMove closer, try again.",
    ),
    "net_no_link": (
        "未连上无线网络。\n请检查路由器电源，\n靠近路由器，\n或核对网络名和密码。",
        "No Wi-Fi. Router off?\nMove closer, or have its\nname and key checked.",
    ),
    "net_no_address": (
        "路由器没有分配地址，\n请重启路由器。",
        "The router gives no\naddress. Restart it.",
    ),
    "net_no_dns": (
        "查不到主机地址：\n路由器可能没有外网。\n请重启路由器。",
        "The host is not found:\nis the router online?\nRestart the router.",
    ),
    "net_no_way": (
        "连不到收单机构：\n路由器可能没有外网，\n或者防火墙拦截。",
        "The host is not reached:\nis the router online,\nor is a firewall there?",
    ),
    "net_host_down": (
        "网络正常，收单机构没有\n开启服务。可离线收款，\n稍后再试，或联系客服。",
        "The network works, the\nhost does not. Sell\noffline; call support.",
    ),
    "net_impostor": (
        "应答的不是收单机构。\n公共网络可能须先登录：\n请换网络或联系客服。",
        "A stranger answers.\nA guest network's page?\nTry another network.",
    ),
    "net_not_accepted": (
        "收单机构不受理本机。\n可离线收款，\n请联系客服。",
        "The host refuses this\nterminal. Sell offline;\ncall support.",
    ),
    "net_host_silent": (
        "已连上，但收不到应答。\n可离线收款，稍后再试，\n或联系客服。",
        "Connected, no answers.\nSell offline, try later,\nor call support.",
    ),
    "network_needed": (
        "此卡须联网授权，\n请待网络恢复，\n或换一张卡。",
        "Must be checked online.\nWait for the network\nor try another card.",
    ),
    "reversal_first": (
        "上一笔正在撤销，\n请稍后再试。",
        "The last sale is still\nbeing cancelled.\nTry again a little later.",
    ),
    "no_answer": (
        "没有收到答复，\n请稍后重试。",
        "There was no answer.\nTry again a little later.",
    ),
    "no_network": ("网络未连接，\n请检查网络。", "There is no network.\nCheck the connection."),
    "not_permitted": (
        "此卡不允许这种交易，\n请换一张卡。",
        "Card is not permitted.\nTry another card.",
    ),
    "not_provisioned": ("本机尚未配置，\n请联系客服。", "Not set up yet.\nPlease call support."),
    "oda_failed": (
        "未能确认卡片真伪，\n请换一张卡。",
        "Not proved genuine.\nTry another card.",
    ),
    "offline_limit": (
        "离线收款已达上限，\n请联网上送后再收款。",
        "Offline limit reached.\nConnect the terminal,\nto send what is stored.",
    ),
    "offline_age": (
        "有收款久未上送，\n请联网上送后再收款。",
        "Stored sales are too old.\nConnect the terminal,\nto send what is stored.",
    ),
    "offline_card": (
        "此类卡不能离线收款，\n请待网络恢复，\n或换一张卡。",
        "This kind of card needs\nthe network. Wait for it\nor try another card.",
    ),
    "reader_fault": (
        "读卡器没有应答，\n请重启设备。",
        "The reader is silent.\nRestart the terminal.",
    ),
    "relay_suspected": ("卡片应答太慢，\n请换一张卡。", "The card is too slow.\nTry another card."),
    "reset_changed": (
        "数目有变化，没有清除。\n请重新查看。",
        "The numbers changed.\nNothing was erased.\nLook again.",
    ),
    "reset_for_good": (
        "清除后不能恢复。\n确定要清除吗？",
        "It cannot be undone.\nErase everything?",
    ),
    "reset_holds": (
        "请先联网上送并日结。\n现在清除会丢失以上，\n须银行许可。",
        "Go online, then settle.\nErasing now loses this:\nthe bank must agree.",
    ),
    "reset_loses": (
        "以上将永远丢失，\n不能恢复。确定吗？",
        "All this is lost for\ngood. Are you sure?",
    ),
    "reset_no_line": (
        "网络未连接，\n什么也没有清除。\n请联网后再试。",
        "No connection.\nNothing was erased.\nTry again when online.",
    ),
    "reset_not_allowed": (
        "银行没有许可，\n什么也没有清除。\n请致电客服申请。",
        "The bank says no.\nNothing was erased.\nAsk support for it.",
    ),
    "reset_sure": (
        "将清除全部记录和密钥，\n之后须由技术员配置。",
        "All records and keys go.\nA technician must set\nthe terminal up again.",
    ),
    "return_all_given": (
        "这笔已全部退款，\n不能再退。",
        "All of this sale was\ngiven back already.",
    ),
    "return_in_doubt": (
        "这笔尚无定论，\n有结果后再退款。",
        "This one is still open.\nWait until it is known\nto be paid.",
    ),
    "return_undecided": (
        "银行尚未决定这笔，\n可以撤销，\n批准后才能退款。",
        "The bank has yet to\ndecide: call it off, or\nwait until it is paid.",
    ),
    "return_not_paid": (
        "这笔没有收到款项，\n无需退款。",
        "No money was taken:\nthere is nothing\nto give back.",
    ),
    "return_of_return": (
        "这笔本身是退款，\n不能再退。",
        "This is a return itself.\nChoose the sale instead.",
    ),
    "return_too_much": (
        "超出可退金额，\n请减小金额。",
        "More than is left of it.\nUse a smaller amount.",
    ),
    "second_tap": (
        "此卡刚付过相同金额。\n确定要再收一笔吗？",
        "This card has just paid\nthe same amount.\nCharge it once more?",
    ),
    "settle_joined": (
        "本批次此前已结算，\n交易并入下一批次，\n请再次结算。",
        "This batch was settled\nbefore. Its sales are in\nthe next: settle again.",
    ),
    "settle_no_line": (
        "网络未连接，\n恢复后自动继续结算。\n可以继续收款。",
        "No connection: settling\ngoes on when it is back.\nYou can go on selling.",
    ),
    "settle_refused": (
        "收单机构暂不受理结算，\n本机会自动重试。\n可以继续收款。",
        "Not accepted yet; it is\ntried again by itself.\nYou can go on selling.",
    ),
    "settle_sure": (
        "结算后开始新的批次。\n现在结算吗？",
        "A new batch begins.\nSettle now?",
    ),
    "settle_under_way": (
        "正在与收单机构对账，\n可以继续收款。",
        "The acquirer compares.\nYou can go on selling.",
    ),
    "settle_waits": (
        "还有交易未上送完毕，\n请稍后再结算。",
        "Sales are still on their\nway, and go first.\nTry again a little later.",
    ),
    "settled_balanced": ("账目相符，已结算。", "The totals agree.\nSettled."),
    "settled_differs": (
        "已结算，但账目不符，\n请凭参考号联系客服。",
        "Settled, but some items\ndiffer. Call support with\nthe reference.",
    ),
    "see_phone": (
        "请按手机上的提示操作，\n然后再挥一次。",
        "Follow what the phone\nsays, then tap again.",
    ),
    "still_selling": (
        "正在收款，\n请等这笔完成后再试。",
        "A sale is under way.\nTry again after it.",
    ),
    "still_sending": (
        "正在与银行通信，\n请稍后再试。",
        "Waiting for the bank.\nTry again in a moment.",
    ),
    "system_fault": (
        "系统异常，已安全停止，\n记录未丢失。\n请重启设备。",
        "A fault; safely stopped.\nNo record was lost.\nPlease restart.",
    ),
    "terminal_declined": (
        "本机不能受理此卡，\n请换一张卡。",
        "Not with this card.\nTry another card.",
    ),
    "update_unreadable": (
        "新固件不认识本机记录，\n没有更新，记录均保留。\n请联系客服。",
        "It cannot read what is\nkept here: not updated.\nPlease call support.",
    ),
    "usage_not_allowed": (
        "此卡不能用于这种交易，\n请换一张卡。",
        "Card not allowed here.\nTry another card.",
    ),
    "use_other_interface": (
        "此卡不能挥卡付款，\n请换一张卡。",
        "This card does not tap.\nTry another card.",
    ),
    "zero_amount": ("请先输入金额。", "Please key in\nan amount first."),
}
