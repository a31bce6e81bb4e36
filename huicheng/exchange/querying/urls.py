from django.urls import path

from huicheng.exchange.querying import below, following, http

app_name = "query"
urlpatterns = [
    path("openapi.json", http.document, name="openapi"),
    path("whoami", http.whoami, name="whoami"),
    path("resources", http.listing, name="resources"),
    path("resources/<str:code>", http.schema, name="schema"),
    path("resources/<str:code>/rows", http.read_rows, name="rows"),
    path("resources/<str:code>/changes", following.changes, name="changes"),
    path("subscriptions", following.subscriptions, name="subscriptions"),
    path("subscriptions/<str:subscription_id>", following.subscription, name="subscription"),
    path("receipts/<str:reading>", http.receipt, name="receipt"),
    path("question", http.question, name="question"),
    path("nodes/<str:code>/question", below.put, name="ask_node"),
    path("nodes/questions/<str:question_id>", below.answer, name="node_answer"),
]
