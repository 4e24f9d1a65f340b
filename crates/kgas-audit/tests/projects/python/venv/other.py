"""Not ours."""
import requests
requests.get("u")
