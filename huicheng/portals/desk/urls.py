from django.urls import path

from huicheng.portals.desk import confirming, delivering, downloads, nodes, quality, running, views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("deliveries/<str:receipt_id>/", views.delivery, name="delivery"),
    path("deliveries/<str:receipt_id>/receipt.json", downloads.signed_receipt, name="signed"),
    path("deliveries/<str:receipt_id>/refused/", downloads.refused_file, name="refused"),
    path("deliveries/<str:receipt_id>/issues/", downloads.issues_file, name="issues"),
    path("deliveries/<str:receipt_id>/confirm/", confirming.confirm, name="confirm"),
    path("deliveries/<str:receipt_id>/withdraw/", confirming.withdraw, name="withdraw"),
    path("deliveries/<str:receipt_id>/rollback/", confirming.roll_back, name="rollback"),
    path("deliver/", delivering.choose, name="deliver"),
    path("deliver/<str:token>/", delivering.map_columns, name="map"),
    path("jobs/", running.jobs, name="jobs"),
    path("jobs/<uuid:job_id>/", running.job, name="job"),
    path("jobs/<uuid:job_id>/progress/", running.job_progress, name="job_progress"),
    path("fusion/", running.fusion_runs, name="fusion"),
    path("fusion/start/", running.start_fusion, name="start_fusion"),
    path("quality/", quality.quality, name="quality"),
    path("quality/<str:code>/<str:field>/", quality.quality_field, name="quality_field"),
    path("nodes/", nodes.nodes, name="nodes"),
    path("nodes/invite/", nodes.invite, name="invite_node"),
    path("nodes/<str:number>/", nodes.node, name="node"),
    path("nodes/<str:number>/revoke/", nodes.revoke, name="revoke_node"),
    path("audit/", running.audit, name="audit"),
]
