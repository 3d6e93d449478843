"""Conditional networks: every layer that wants labels gets them, and the losses of AC-GAN."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from jaxgan import networks as nets
from jaxgan import recipes
from jaxgan.cli import launch
from jaxgan.cli.unjudged import unjudged
from jaxgan.networks import presets
from jaxgan.networks.conditional import ConditionalBatchNorm, cross_entropy, takes_labels
from jaxgan.objectives import AuxiliaryClassifier, Hinge, Wasserstein
from jaxgan.optimizers import sgd
from jaxgan.penalties import GradientPenalty
from jaxgan.runs.identity import printed
from jaxgan.training import Dataset, Networks, Recipe, create_state, critic_step, sample_batch
from jaxgan.training.modules import apply, initialize

KEY = jax.random.key(0)
LABELS = jnp.arange(4)


def count(module: nn.Module, x: Any) -> int:
    shapes = jax.eval_shape(lambda: module.init(KEY, x, labels=jnp.zeros(1, int)))["params"]
    return sum(leaf.size for leaf in jax.tree.leaves(shapes))


def test_conditional_dcgan_has_the_labels_in_every_layer() -> None:
    # The layers of test_networks with ten more inputs each, written out by hand.
    generator = 138 * 4096 + 4096 + 25 * 266 * 128 + 128 + 25 * 138 * 64 + 64 + 25 * 74 + 1
    critic = 25 * 11 * 64 + 64 + 25 * 74 * 128 + 128 + 25 * 138 * 256 + 256 + 4096 + 10 + 1
    pair = presets.dcgan((28, 28, 1), generator_norm="none", classes=10)
    assert count(pair.generator, jnp.zeros((1, 128))) == generator
    assert count(pair.critic, jnp.zeros((1, 28, 28, 1))) == critic


def test_the_conditional_resnet_has_the_papers_layers() -> None:
    # gan_cifar_resnet.py with CONDITIONAL and ACGAN: the unconditional counts of test_resnet; ten
    # scales and offsets instead of one in the two normalizations of three blocks, 6 * 9 * 2 * 128;
    # a dense layer of 128 * 10 + 10 for the classifier.
    pair = presets.resnet((32, 32, 3), classes=10)
    assert count(pair.generator, jnp.zeros((1, 128))) == 1_204_483 + 6 * 9 * 2 * 128
    assert count(pair.critic, jnp.zeros((1, 32, 32, 3))) == 1_053_825 + 1290


def test_conditional_batch_norm_is_the_formula() -> None:
    rng = np.random.default_rng(0)
    x, labels = rng.normal(3, 2, (4, 2, 2, 3)).astype(np.float32), np.array([1, 0, 1, 2])
    scale, offset = rng.normal(size=(2, 3, 3)).astype(np.float32)
    params = {"scale": {"embedding": scale}, "offset": {"embedding": offset}}
    moments = {"BatchNorm_0": {"mean": np.zeros(3), "var": np.ones(3)}}
    found, _ = jax.jit(
        lambda x: ConditionalBatchNorm(3).apply(
            {"params": params, "batch_stats": moments},
            x,
            jnp.asarray(labels),
            True,
            mutable=["batch_stats"],
        )
    )(x)
    normal = (x - x.mean((0, 1, 2))) / np.sqrt(x.var((0, 1, 2)) + 1e-5)
    wanted = normal * scale[labels][:, None, None] + offset[labels][:, None, None]
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("module", "shape"),
    [
        (nets.MLPGenerator((2,), 8, 1, classes=4), (2,)),
        (nets.MLPCritic(8, 1, classes=4), (2,)),
        (nets.DCGANGenerator((8, 8, 1), 2, classes=4), (3,)),
        (nets.DCGANCritic(2, classes=4), (8, 8, 1)),
        (nets.SNGANGenerator((8, 8, 1), 2, classes=4), (3,)),
        (nets.BottleneckGenerator((8, 8, 1), 2, depth=1, classes=4), (3,)),
        (nets.BottleneckCritic(2, depth=1, classes=4), (8, 8, 1)),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_label_changes_its_own_example_only(module: Any, shape: Any) -> None:
    # Example 0 has another label the second time: its output changes, the others' do not.
    given = jax.random.normal(KEY, (4, *shape))

    @jax.jit
    def change() -> jax.Array:
        variables = initialize(module, KEY, given, LABELS)
        variables = jax.tree.map(  # scales and offsets of all classes are equal at first
            lambda leaf: leaf + 0.1 * jax.random.normal(KEY, leaf.shape), variables
        )
        one, other = (
            apply(module, variables, given, labels, train=False)[0]
            for labels in (LABELS, LABELS.at[0].set(3))
        )
        return jnp.abs(one - other).reshape(4, -1).max(axis=1)

    found = change()
    assert found[0] > 0
    assert (found[1:] == 0).all()


def test_networks_without_classes_get_no_labels() -> None:
    for module in (nets.DCGANCritic(2), nets.MLPGenerator((2,)), nets.ResNetCritic(2)):
        assert not takes_labels(module)
    assert takes_labels(nets.ResNetCritic(2, classes=3))
    nets.Packed(nets.MLPCritic(8)).init(KEY, jnp.zeros((2, 2)))
    with pytest.raises(TypeError, match="a pack has no label"):
        nets.Packed(nets.MLPCritic(8, classes=3)).init(KEY, jnp.zeros((2, 2)))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (None, "generator MLPGenerator takes labels but the data has none"),
        (jnp.arange(8), "go up to 7 but the generator MLPGenerator has classes=4: give classes=8"),
    ],
)
def test_labels_that_do_not_fit_are_refused_at_once(labels: Any, message: str) -> None:
    networks, data = presets.mlp((2,), width=8, classes=4), Dataset(jnp.zeros((8, 2)), labels)
    with pytest.raises(ValueError, match=message):
        create_state(networks, recipes.wgan_gp(), KEY, data)


@pytest.mark.usefixtures("unchecked_types")
def test_settings_that_exclude_one_another_are_refused() -> None:
    with pytest.raises(ValueError, match="must be 'batch', got 'none'"):
        presets.resnet((32, 32, 3), generator_norm="none", classes=10)
    with pytest.raises(
        ValueError, match="SNGANGenerator with classes=3 must be 'batch', got 'none"
    ):
        nets.SNGANGenerator((8, 8, 1), norm="none", classes=3)
    with pytest.raises(ValueError, match="features=3 with classes=10"):
        presets.resnet((32, 32, 3), features=3, classes=10)
    wrong: Any = "spectral"
    with pytest.raises(ValueError, match="weights='spectral', critic_weights='spectral' or gen"):
        presets.dcgan((8, 8, 1), critic_norm=wrong)


def test_the_conditional_resnet_needs_an_objective_with_a_classifier() -> None:
    networks = presets.resnet((32, 32, 1), width=2, latent=3, classes=3)
    data = Dataset(jnp.zeros((8, 32, 32, 1)), jnp.arange(8) % 3)

    def shapes(recipe: Recipe) -> Any:
        return jax.eval_shape(lambda key: create_state(networks, recipe, key, data), KEY)

    assert shapes(recipes.wgan_gp_resnet(auxiliary=True)).step.shape == ()
    with pytest.raises(ValueError, match=r"returned \(2, 2\) .* AuxiliaryClassifier"):
        shapes(recipes.wgan_gp_resnet())


def test_a_training_that_ignores_labels_says_so_before_its_first_step(capsys: Any) -> None:
    for networks in ("mlp(width=8)", "mlp(width=8, classes=10)"):
        launch._note_unused_labels(unjudged("digits", "wgan_gp", networks, 1, 8))
    (line,) = capsys.readouterr().err.splitlines()
    assert "data.labels has 10 classes, and the networks MLPGenerator and MLPCritic take" in line
    assert "such as dcgan(classes=10)" in line


def test_settings_that_earlier_versions_lack_are_not_printed_at_their_defaults() -> None:
    # So that a run of an earlier version has the identity that its folder records.
    assert "classes" not in printed(presets.mlp((2,)))
    assert "weights" not in printed(presets.mlp((2,)))
    text = printed(presets.mlp((2,), critic_weights="weight", classes=3))
    assert "weights = 'weight' classes = 3" in text


# ---- AC-GAN


class Classifying(nn.Module):
    """A critic of points that returns a score and a cross entropy, as `ResNetCritic` does."""

    classes: int | None = 3

    @nn.compact
    def __call__(self, x: jax.Array, labels: jax.Array | None = None) -> jax.Array:
        hidden = nn.tanh(nn.Dense(8)(x))
        entropy = cross_entropy(nn.Dense(3)(hidden), labels)
        return jnp.stack([nn.Dense(1)(hidden)[:, 0], entropy], axis=1)


def test_the_losses_of_ac_gan_are_weighted_sums() -> None:
    # By hand: fake 2, real (1 + 3) / 2 = 2; the hinges are max(0, 1 - real) and 1 + fake.
    real, fake = jnp.array([[1.0, 0.5], [3.0, 1.5]]), jnp.array([[2.0, 4.0], [2.0, 4.0]])
    loss = AuxiliaryClassifier(Wasserstein())
    np.testing.assert_allclose(loss.critic_loss(real, fake), 2 - 2 + 1.0)
    np.testing.assert_allclose(loss.generator_loss(real, fake), -2 + 0.1 * 4)
    loss = AuxiliaryClassifier(Hinge(), critic_weight=2.0, generator_weight=0.5)
    np.testing.assert_allclose(loss.critic_loss(real, fake), 0 + 3 + 2 * 1.0)
    np.testing.assert_allclose(loss.generator_loss(real, fake), -2 + 0.5 * 4)
    assert loss.witness(real, real, fake).tolist() == [1.0, 3.0]


def test_cross_entropy_is_minus_the_log_of_the_softmax() -> None:
    logits = np.random.default_rng(0).normal(size=(4, 3))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    found = cross_entropy(jnp.asarray(logits), jnp.array([2, 0, 1, 1]))
    np.testing.assert_allclose(found, -np.log(p[range(4), [2, 0, 1, 1]]), rtol=1e-5)


def test_the_step_of_ac_gan_adds_the_classification_of_real_examples() -> None:
    # With gradient descent at rate 1 the update is minus the gradient of the loss, written out.
    networks = Networks(presets.mlp((2,), 8, classes=3).generator, Classifying(), nets.Normal(2))
    data = Dataset(jax.random.normal(KEY, (12, 2)), jnp.arange(12) % 3)
    objective = AuxiliaryClassifier(Wasserstein())
    recipe = Recipe(objective, sgd(1.0), sgd(1.0), (GradientPenalty(),))
    state = create_state(networks, recipe, KEY, data)
    batch = jax.tree.map(
        lambda x: x[0], sample_batch(data, jax.random.key(1), n_critic=0, batch_size=6)
    )
    new, metrics = jax.jit(lambda s, b: critic_step(networks, recipe, s, b))(state, batch)
    plain = Recipe(Wasserstein(), sgd(1.0), sgd(1.0), (GradientPenalty(),))

    class Score(nn.Module):
        """The score only."""

        classes: int | None = 3

        @nn.compact
        def __call__(self, x: jax.Array, labels: jax.Array | None = None) -> jax.Array:
            return Classifying(name="inner")(x, labels)[:, 0]

    alone = state._replace(critic=state.critic._replace(params={"inner": state.critic.params}))
    scored = Networks(networks.generator, Score(), networks.latent)
    without, others = jax.jit(lambda s, b: critic_step(scored, plain, s, b))(alone, batch)

    @jax.jit
    @jax.value_and_grad
    def classification(params: Any) -> jax.Array:
        outputs: Any = Classifying().apply({"params": params}, batch.real, batch.labels)
        return outputs[:, 1].mean()

    value, gradient = classification(state.critic.params)
    np.testing.assert_allclose(metrics["critic/loss"], others["critic/loss"] + value, rtol=1e-5)
    np.testing.assert_allclose(metrics["critic/gap"], others["critic/gap"], rtol=1e-5)
    jax.tree.map(
        lambda both, rest, slope: np.testing.assert_allclose(both, rest - slope, atol=1e-5),
        new.critic.params,
        without.critic.params["inner"],
        gradient,
    )


def test_the_recipe_of_the_conditional_resnet_has_the_papers_weights() -> None:
    # gan_cifar_resnet.py: ACGAN_SCALE = 1, ACGAN_SCALE_G = 0.1.
    assert recipes.wgan_gp_resnet(auxiliary=True).objective == AuxiliaryClassifier(
        Wasserstein(), critic_weight=1.0, generator_weight=0.1
    )
    with pytest.raises(TypeError, match="objective must be an Objective on scores, got Aux"):
        AuxiliaryClassifier(AuxiliaryClassifier(Wasserstein()))
