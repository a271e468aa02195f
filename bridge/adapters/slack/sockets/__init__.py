"""How payloads come in: the WebSockets of an app, and the gate behind them."""
