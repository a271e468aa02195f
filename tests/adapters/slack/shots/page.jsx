// One message, modal or home page as Slack would show it; `window.shown` says which.
import React from "react";
import { createRoot } from "react-dom/client";
import { Message } from "slack-blocks-to-jsx";
import "slack-blocks-to-jsx/dist/style.css";

const { kind, blocks, title, submit, close, time, words } = window.shown;
const NOW = "2026-11-24T13:05:00Z"; // as in tests/model/samples.py

const date = ({ timestamp, format }) => {
  const at = new Date(parseInt(timestamp) * 1000);
  const clock = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Vienna" });
  const days = Math.round((at.setHours(0, 0, 0, 0) - new Date(NOW).setHours(0, 0, 0, 0)) / 86400000);
  const day = ["today", "tomorrow"][days] || at.toDateString().slice(0, 10);
  return <span>{format === "{time}" ? clock : `${day} ${clock}`}</span>;
};

function Shown() {
  const message = (
    <Message blocks={blocks} name="Bridge" logo={window.logo} time={new Date(time)} withoutWrapper={kind !== "message"} hooks={{ date }} />
  );
  if (kind === "message") return message;
  if (kind === "home") return <div className="home">{message}</div>;
  return (
    <div className="modal">
      <header>{title}</header>
      {message}
      <footer><button>{close}</button><button className="go">{submit}</button></footer>
    </div>
  );
}

createRoot(document.getElementById("root")).render(<Shown />);
