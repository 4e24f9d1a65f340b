"""A small OpenAI-compatible server with faults, on the standard library alone. Prints its port."""
import http.server
import json
import re


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body):
        body = body.encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        prompt = request["messages"][-1]["content"]
        text = prompt.rsplit("TEXT:", 1)[-1]
        if "POISON" in text:
            return self.answer(500, "no")
        names = [
            {"text": name, "type": "Person", "confidence": 0.9, "start": 0, "end": 3}
            for name in re.findall(r"\b(?:Ann|Bob|Eve)\b", text)
        ]
        known = [{"subject": "Ann", "subject_type": "Person", "type": "knows", "object": "Bob",
                  "object_type": "Person", "confidence": 0.9, "evidence": "Ann knows Bob"}]
        content = json.dumps({"entities": names, "relations": known if "Ann knows Bob" in text else []})
        choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
        self.answer(200, json.dumps({"object": "chat.completion", "model": request["model"], "choices": [choice],
                                     "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}}))


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
