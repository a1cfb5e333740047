//! Manners of the server as a whole, over the network.
use orgfit::pb::access::WhoAmIRequest;

use crate::harness::World;

#[tokio::test]
async fn whoever_shows_a_key_is_known() {
    let world = World::start().await;
    let me = world.client().access().who_am_i(WhoAmIRequest {}).await.unwrap().into_inner();
    let organization_id = me.caller.unwrap().organization_id;
    assert_eq!(organization_id, world.tenant.organization_id.to_string());
}
