using SingleDarts.Core.Data;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Training;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Search;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Documentation;

/// <summary>The programs of docs/how-to/darts-space.md, word for word, with smaller numbers.</summary>
public class DartsSpacePage
{
    [Trait("Category", "Slow")]
    [Fact]
    public async Task A_folder_of_images_becomes_a_cell_and_a_trained_network()
    {
        string photos = "photos", runs = "runs";
        int size = 32;                                                  // pixels; at least 32 with the auxiliary classifier
        int searchChannels = 16, searchCells = 8, searchEpochs = 50, searchBatch = 64;
        int channels = 36, cells = 20, epochs = 600, batch = 128;

        using var folder = new TemporaryFolder();
        WriteImages(folder);
        (photos, runs) = (folder["photos"], folder["runs"]);
        (searchChannels, searchCells, searchEpochs, searchBatch) = (4, 3, 1, 6);
        (channels, cells, epochs, batch) = (4, 3, 2, 6);
        var resize = new ImageFolderOptions { Resize = (size, size) };
        using ClassificationDataset trainData = ImageFolder.Load($"{photos}/train", resize);
        using ClassificationDataset testData = ImageFolder.Load($"{photos}/test", resize);
        Normalization normalization = trainData.MeasureNormalization();

        SearchSpace space = SearchSpaces.Darts(trainData.Classes, searchChannels, searchCells, size, size);
        SearchResult found = await ArchitectureSearch.In(space).On(trainData)
            .Augmenting(new ImageAugmentation { HorizontalFlip = true, CropPadding = 4, Normalization = normalization })
            .For(searchEpochs, searchBatch)
            .WithSeed(1).OnDevice("cpu").SavingTo($"{runs}/search")
            .RunAsync();
        Console.WriteLine($"{found.Genotype}\n{found.StopReason ?? "all epochs done"}");
        File.WriteAllText($"{runs}/cell.txt", DartsGenotypeText.Format(found.Genotype));

        Genotype published = DartsGenotypes.Named("PC-DARTS-CIFAR").Genotype;

        Genotype genotype = Genotype.Parse(File.ReadAllText($"{runs}/cell.txt"));
        var costs = new CostModel(DartsNetworks.CifarSpace(trainData.Classes, channels, cells, size));
        Console.WriteLine($"found:     {costs.Of(genotype)}");
        Console.WriteLine($"PC-DARTS:  {costs.Of(published)}");

        ImageAugmentation augmentation = TrainingRecipes.CifarAugmentation with { Normalization = normalization };
        var options = new EvaluationNetworkOptions { Seed = 1, Auxiliary = AuxiliaryHeadOptions.Cifar };
        using var network = DartsNetworks.Cifar(genotype, trainData.Classes, channels, cells, size, options);
        TrainingResult trained = await NetworkTraining.Of(network).On(trainData).EvaluatedOn(testData).Augmenting(augmentation)
            .For(epochs, batch).WithSeed(1).SavingTo($"{runs}/training")
            .RunAsync();
        Console.WriteLine($"{trained.Test!.Top1:P2} of {trained.Test.Samples} test images, weights in {trained.WeightsFile}");

        TrainingResult resumed = await NetworkTraining.Of(network).On(trainData).EvaluatedOn(testData).Augmenting(augmentation)
            .For(epochs, batch).WithSeed(1).ResumingFrom($"{runs}/training")
            .RunAsync();

        using var ready = DartsNetworks.Cifar(genotype, trainData.Classes, channels, cells, size, options);
        ready.LoadWeights(trained.WeightsFile!);
        ready.eval();
        using var test = new BatchSource(testData, CPU, ScalarType.Float32, augmentation.ForEvaluation());
        using (no_grad())
        using (NewDisposeScope())
        {
            Tensor images = test.Get([0, 1, 2, 3], new Generator()).Inputs;          // normalised as in the training
            foreach (long label in ready.call(images).argmax(1).data<long>())
                Console.WriteLine(testData.ClassNames[(int)label]);
        }

        SearchSpace large = SearchSpaces.DartsImageNet(classes: 10, size: 224);                         // to search
        var auxiliary = new EvaluationNetworkOptions { Auxiliary = AuxiliaryHeadOptions.ImageNet };
        using var largeNetwork = DartsNetworks.ImageNet(genotype, classes: 10, options: auxiliary);      // to train: 48 channels, 14 cells
        TrainingOptions recipe = TrainingRecipes.ImageNet with { Epochs = 100, GradientAccumulation = 12 };     // 768 images in parts of 64

        genotype.Should().Be(found.Genotype);
        genotype["normal"].Nodes.Should().HaveCount(4).And.OnlyContain(genes => genes.Count == 2);
        trained.Epochs.Should().HaveCount(2).And.OnlyContain(epoch => epoch.AuxiliaryLoss > 0);
        trained.Test.Samples.Should().Be(8);
        resumed.Test!.Top1.Should().Be(trained.Test.Top1);
        Evaluator.Evaluate(ready, test).Top1.Should().Be(trained.Test.Top1);
        large.Layout.Layers.Should().HaveCount(9);
        largeNetwork.MeasureCost().Parameters.Should().BePositive();
        (recipe.Epochs, auxiliary.Auxiliary.PoolStride).Should().Be((100, 2));
    }

    private static void WriteImages(TemporaryFolder folder)
    {
        var random = new Random(1);
        foreach (var (part, count) in new[] { ("train", 6), ("test", 4) })
            foreach (string name in new[] { "bright", "dark" })
                for (int i = 0; i < count; i++)
                {
                    byte level = (byte)(random.Next(100) + (name == "bright" ? 150 : 0));
                    string file = folder[$"photos/{part}/{name}/{i}.png"];
                    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                    File.WriteAllBytes(file, TestImages.Encode(40, 36, (_, _) => new(level, level, (byte)random.Next(256))));
                }
    }
}
