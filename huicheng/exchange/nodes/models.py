from typing import ClassVar

from django.db import models


class Invitation(models.Model):
    """A one-time code 加入码, of which only the hash is kept."""

    code = models.CharField("加入码的散列", max_length=64, primary_key=True)
    department = models.CharField(max_length=40)
    title = models.CharField(max_length=80)
    level = models.CharField(max_length=12)
    division = models.CharField(max_length=12, blank=True)
    trusted = models.BooleanField("目录免审", default=False)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    node = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = "加入码"

    def __str__(self) -> str:
        return f"{self.title} {self.code[:8]}"


class Node(models.Model):
    """A node as its centre knows it 节点; what it said of itself last."""

    id = models.CharField(max_length=20, primary_key=True)
    department = models.CharField(max_length=40)
    title = models.CharField(max_length=80)
    level = models.CharField(max_length=12)
    division = models.CharField(max_length=12, blank=True)
    trusted = models.BooleanField("目录免审", default=False)
    pem = models.TextField("公钥")
    fingerprint = models.CharField(max_length=64, unique=True)
    algorithm = models.CharField(max_length=20)
    joined_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=300, blank=True)
    seen_at = models.DateTimeField(null=True)
    version = models.CharField(max_length=40, blank=True)
    clock_offset = models.FloatField("时钟偏差（秒）", default=0)
    disk_free = models.BigIntegerField(null=True)
    waiting_batches = models.BigIntegerField(default=0)
    waiting_bytes = models.BigIntegerField(default=0)
    oldest_waiting = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
    below = models.JSONField("下级节点", default=list)

    class Meta:
        verbose_name = "节点"

    def __str__(self) -> str:
        return f"{self.id} {self.title}"


class Nonce(models.Model):
    """A request counts once."""

    node = models.CharField(max_length=20)
    value = models.CharField(max_length=40)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["node", "value"], name="nodes_nonce_once")]

    def __str__(self) -> str:
        return f"{self.node} {self.value}"


class Stream(models.Model):
    """How far the chain of one resource of a node has come 目录片: part of the node's slice of the catalogue."""

    node = models.ForeignKey(Node, models.PROTECT)
    resource = models.CharField(max_length=120)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    stays = models.BooleanField("数据不出节点", default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["node", "resource"], name="nodes_one_stream_a_resource")
        ]

    def __str__(self) -> str:
        return f"{self.node_id} {self.resource} {self.seq}"


class Batch(models.Model):
    """A batch in the centre's inbox 收件: announced, then taken once."""

    ANNOUNCED, TAKEN = "announced", "taken"

    node = models.ForeignKey(Node, models.PROTECT)
    resource = models.CharField(max_length=120)
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    manifest = models.JSONField()
    signature = models.TextField()
    state = models.CharField(max_length=12, default=ANNOUNCED)
    outcome = models.CharField(max_length=12, blank=True)
    delivery = models.CharField(max_length=40, blank=True)
    announced_at = models.DateTimeField(auto_now_add=True)
    taken_at = models.DateTimeField(null=True)
    receipt = models.JSONField(default=dict)

    class Meta:
        verbose_name = "批次"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["node", "resource", "seq"], name="nodes_one_batch_a_number")
        ]
        indexes: ClassVar = [
            models.Index(fields=["node", "sha256"]),
            models.Index(fields=["node", "-taken_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} {self.resource} {self.seq} {self.state}"


class Question(models.Model):
    """A question that a node answers 向节点提问, as the centre keeps it; wiped, only hashes of it are left.

    ``above`` is the question of our own centre that this one passes on; ``subjects`` go back up with its answer.
    """

    WAITING, ANSWERED, REFUSED, WIPED = "waiting", "answered", "refused", "wiped"

    id = models.CharField(max_length=24, primary_key=True)
    node = models.ForeignKey(Node, models.PROTECT)
    asked = models.JSONField("签名的提问")
    state = models.CharField(max_length=12, default=WAITING)
    asked_at = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    answer = models.JSONField("签名的回答", default=dict)
    rows = models.BinaryField("Arrow", null=True)
    above = models.CharField("转自上级的提问", max_length=24, blank=True)
    subjects = models.BinaryField("人员集合", null=True)

    class Meta:
        verbose_name = "提问"
        indexes: ClassVar = [models.Index(fields=["node", "state"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["above"], condition=~models.Q(above=""), name="nodes_passed_on_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"


class Centre(models.Model):
    """The parent this home joined 上级; there is at most one."""

    id = models.IntegerField(primary_key=True, default=1)
    url = models.CharField(max_length=300)
    node = models.CharField(max_length=20)
    title = models.CharField(max_length=80)
    city = models.CharField(max_length=80)
    department = models.CharField(max_length=40)
    level = models.CharField(max_length=12)
    division = models.CharField(max_length=12, blank=True)
    keys = models.JSONField("上级的公钥")
    fingerprint = models.CharField("本节点公钥指纹", max_length=64)
    joined_at = models.DateTimeField(auto_now_add=True)
    reached_at = models.DateTimeField(null=True)
    clock_offset = models.FloatField(default=0)
    problem = models.TextField(blank=True)

    class Meta:
        verbose_name = "上级"

    def __str__(self) -> str:
        return f"{self.city} {self.url}"


class Published(models.Model):
    """A resource of this node's slice, as it was last announced to the centre."""

    resource = models.CharField(max_length=120, primary_key=True)
    spec = models.JSONField()
    stays = models.BooleanField("数据不出节点", default=False)
    state = models.CharField(max_length=12, default="offered")
    since = models.DateTimeField(auto_now_add=True)
    problem = models.TextField(blank=True)

    class Meta:
        verbose_name = "已发布"

    def __str__(self) -> str:
        return self.resource


class Outgoing(models.Model):
    """A batch of the outbox 发件: cut once, sent until the centre's receipt is here."""

    resource = models.CharField(max_length=120)
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    manifest = models.JSONField()
    signature = models.TextField()
    delivery = models.CharField(max_length=40, blank=True)
    size = models.BigIntegerField()
    cut_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True)
    receipt = models.JSONField("上级的签名回执", default=dict)

    class Meta:
        verbose_name = "发件"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource", "seq"], name="nodes_one_outgoing_a_number")
        ]
        indexes: ClassVar = [models.Index(fields=["sent_at", "id"])]

    def __str__(self) -> str:
        return f"{self.resource} {self.seq} {self.outcome or '…'}"


class Cut(models.Model):
    """A delivery whose rows lie in the outbox."""

    delivery = models.CharField(max_length=40, primary_key=True)
    batches = models.IntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "已切分"

    def __str__(self) -> str:
        return f"{self.delivery} {self.batches}"


class Answered(models.Model):
    """A question of the centre that this node has answered, so that it answers each once."""

    id = models.CharField(max_length=24, primary_key=True)
    reply = models.JSONField()
    rows = models.BinaryField("Arrow", null=True)
    subjects = models.BinaryField("人员集合", null=True)
    resources = models.JSONField(default=list)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "已回答"

    def __str__(self) -> str:
        return self.id
