using SingleDarts.Core.Training;
using SingleDarts.Core.Optimizers;

namespace SingleDarts.Core.Tests.Training;

/// <summary>The recipes against the paper's Section 5.1.2 and the published scripts.</summary>
public class TrainingRecipesTests
{
    [Fact]
    public void Cifar_recipes_are_those_of_the_paper_and_of_darts()
    {
        TrainingOptions paper = TrainingRecipes.Cifar;
        (paper.Epochs, paper.BatchSize, paper.DropPath, paper.AuxiliaryWeight, paper.LabelSmoothing).Should()
            .Be((600, 128, Schedule.Linear(0, 0.3), 0.4, 0));
        (TrainingRecipes.DartsCifar.Epochs, TrainingRecipes.DartsCifar.BatchSize, TrainingRecipes.DartsCifar.DropPath).Should()
            .Be((600, 96, Schedule.Linear(0, 0.2)));
        foreach (TrainingOptions recipe in new[] { paper, TrainingRecipes.DartsCifar })
        {
            recipe.WeightOptimizer.Optimizer.Should().Be(new SgdOptions(0.025, 0.9, 3e-4));
            recipe.WeightOptimizer.MaxGradientNorm.Should().Be(5);
            LearningRate(recipe, 300).Should().BeApproximately(0.0125, 1e-15);
            DropPath(recipe, 300).Should().Be(recipe == paper ? 0.15 : 0.1);
        }
        TrainingRecipes.CifarAugmentation.CutoutLength.Should().Be(16);
    }

    [Theory]
    [InlineData(0, 0.075)]
    [InlineData(4, 0.375)]
    [InlineData(5, 0.375 * 240 / 245)]
    [InlineData(125, 0.375 * 120 / 245)]
    [InlineData(249, 0.375 / 1225)]
    public void ImageNet_warms_up_over_the_beginning_of_the_linear_decay(int epoch, double rate)
    {
        LearningRate(TrainingRecipes.ImageNet, epoch).Should().BeApproximately(rate, 1e-15);
        TrainingOptions r = TrainingRecipes.ImageNet;
        (r.Epochs, r.BatchSize, r.LabelSmoothing, r.AuxiliaryWeight, DropPath(r, epoch)).Should().Be((250, 768, 0.1, 0.4, 0));
        r.WeightOptimizer.Optimizer.Should().Be(new SgdOptions(0.375, 0.9, 3e-5));
        r.WeightOptimizer.MaxGradientNorm.Should().Be(5);
    }

    [Fact]
    public void NasBench201_is_that_of_its_table()
    {
        TrainingOptions r = TrainingRecipes.NasBench201;
        (r.Epochs, r.BatchSize, r.AuxiliaryWeight, DropPath(r, 199), r.LabelSmoothing).Should().Be((200, 256, 0, 0, 0));
        r.WeightOptimizer.Optimizer.Should().Be(new SgdOptions(0.1, 0.9, 5e-4, Nesterov: true));
        r.WeightOptimizer.MaxGradientNorm.Should().BeNull();
        LearningRate(r, 100).Should().BeApproximately(0.05, 1e-15);
    }

    [Fact]
    public void A_shorter_recipe_keeps_the_shape_of_its_schedule()
    {
        TrainingOptions cifar = TrainingRecipes.Cifar with { Epochs = 60 };
        LearningRate(cifar, 30).Should().BeApproximately(LearningRate(TrainingRecipes.Cifar, 300), 1e-15);
        DropPath(cifar, 30).Should().BeApproximately(DropPath(TrainingRecipes.Cifar, 300), 1e-15);
        OptimizerSettings imageNet = TrainingRecipes.ImageNet.WeightOptimizer;
        new[] { 8, 100, 250, 500 }.Select(imageNet.WarmUpEpochs).Should().Equal(1, 2, 5, 10);
        TrainingOptions shorter = TrainingRecipes.ImageNet with { Epochs = 100 };
        LearningRate(shorter, 0).Should().Be(0.375 / 2);
        LearningRate(shorter, 2).Should().BeApproximately(0.375 * 93 / 95, 1e-15);
    }

    private static double LearningRate(TrainingOptions recipe, int epoch) =>
        recipe.WeightOptimizer.LearningRateAt(new EpochPosition(epoch, 0, recipe.Epochs));

    private static double DropPath(TrainingOptions recipe, int epoch) => recipe.DropPath.At(new EpochPosition(epoch, 0, recipe.Epochs));
}
