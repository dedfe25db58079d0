"""The chain over JSON-RPC: shapes (what is said), endpoint (one node), pool (several). Errors are never facts."""

from relayer.chain.endpoint import Endpoint
from relayer.chain.pool import RpcChain, connect

__all__ = ["Endpoint", "RpcChain", "connect"]
