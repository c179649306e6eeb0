using Deploy;

// A cell is searched and trained on generated images and exported. The file is then classified with by ONNX Runtime, without libtorch.
string file = args is [var path] ? path : "model.onnx";
using ClassificationDataset data = GeneratedImages.Create(count: 1_000, seed: 1), test = GeneratedImages.Create(count: 200, seed: 2);

SearchSpace space = SearchSpaces.NasBench201(data.InputShape, data.Classes, channels: 8, cellsPerStage: 1);
SearchResult found = await ArchitectureSearch.In(space).On(data).For(epochs: 3, batchSize: 64).RunAsync();
Console.WriteLine($"Found    {found.Genotype}");

using var network = new EvaluationNetwork(space, found.Genotype);
Normalization normalization = data.MeasureNormalization();
TrainingResult trained = await NetworkTraining.Of(network, TrainingRecipes.NasBench201).On(data).EvaluatedOn(test)
    .Augmenting(ImageAugmentation.NormalizeOnly(normalization))
    .For(epochs: 5, batchSize: 64)
    .RunAsync();
Console.WriteLine($"Trained  {trained.Test!.Top1:P1} of {test.Count} test images with TorchSharp");

network.SaveOnnx(file, normalization, data.ClassNames);
Console.WriteLine($"Exported {new FileInfo(file).Length:N0} bytes to {file}");

using var classifier = new Classifier(file);
string[] classes = classifier.Classify(test.Inputs.data<byte>().ToArray(), (int)test.Count);
string[] labels = [.. test.Labels.data<long>().ToArray().Select(label => test.ClassNames[(int)label])];
double accuracy = classes.Zip(labels).Average(pair => pair.First == pair.Second ? 1.0 : 0);
Console.WriteLine($"Deployed {accuracy:P1} of {test.Count} test images with ONNX Runtime");
foreach (var (label, answer) in labels.Zip(classes).Take(3))
    Console.WriteLine($"         label {label}, classified as {answer}");
