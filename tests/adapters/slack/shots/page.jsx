// One message, modal or home page as Slack would show it; `window.shown` says which.
import React from "react";
import { createRoot } from "react-dom/client";
import { Message } from "slack-blocks-to-jsx";
import "slack-blocks-to-jsx/dist/style.css";

const { kind, blocks, title, submit, close, time, words } = window.shown;
const date = ({ timestamp, format }) => {
  const at = new Date(parseInt(timestamp) * 1000);
  const clock = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Vienna" });
  return <span>{format === "{time}" ? clock : `Today ${clock}`}</span>;
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
