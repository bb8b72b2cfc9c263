"""The local workspace: a Slack-like place in one process, for trying the bot without a Slack account.

server.LocalWorkspace    starts and stops it; everything else is reached over HTTP and WebSocket
├── api_*.py             the Web API, one family of methods a file; web_api.py parses and dispatches
├── delivery.py          what goes to the bot: socket_mode.py or http_mode.py carries it
├── interactions.py      what people do: commands, clicks, modals, shortcuts
├── page_api.py          what the browser page calls (PAGE_API.md); push.py is what it hears
└── workspace.py         the state they all share; records.py keeps it on disk
"""
